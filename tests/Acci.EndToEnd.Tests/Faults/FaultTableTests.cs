using System.Text.RegularExpressions;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>The page's table of faults × steps names what is tried, as <c>ACCI_FAULTS</c> takes it.</summary>
public sealed partial class FaultTableTests
{
    private static readonly string[][] Table = [.. ReadTable()];

    [Fact]
    public void Every_fault_has_a_row_and_every_step_a_column()
    {
        Assert.Equal(FaultList.Steps.Select(x => $"`{x}`"), Table[0].Skip(1));
        Assert.Equal(FaultList.Faults.Select(x => x.Name), Table.Skip(1).Select(x => x[0]));
    }

    // One with the mark was not tried again since something that it depends on was changed.
    [Fact]
    public void Every_cell_that_is_tried_has_a_result_and_no_other()
    {
        foreach (var (fault, row) in FaultList.Faults.Zip(Table.Skip(1)))
        {
            foreach (var (step, result) in FaultList.Steps.Zip(row.Skip(1)))
                Assert.True(fault.Meets(step) ? result.TrimEnd(' ', '¹') is "done" or "error" or "ended" or "killed" : result.Length == 0, $"{fault} × {step}: '{result}'");
        }
    }

    [Fact]
    public void A_name_is_a_regular_expression_for_itself() => Assert.All(FaultList.Faults, fault => Assert.DoesNotMatch(Special(), fault.Name));

    [Fact]
    public void What_always_runs_is_in_the_list() => Assert.All(FaultList.Default, cell =>
    {
        Assert.Contains(FaultList.Faults, x => x.Name == cell.Fault);
        Assert.Contains(FaultList.Steps, x => x.Name == cell.Step);
    });

    // The header, and a row for each fault.
    private static IEnumerable<string[]> ReadTable() => File.ReadLines(Path.Combine(SourceTree.Root, "docs", "reliability.md"))
        .SkipWhile(x => !x.StartsWith("| fault | `", StringComparison.Ordinal)).TakeWhile(x => x.StartsWith('|')).Where(x => !x.StartsWith("|-", StringComparison.Ordinal))
        .Select(x => x[1..^1].Split('|').Select(cell => cell.Trim()).ToArray());

    [GeneratedRegex(@"[.+*?()\[\]{}|\\^$#]")]
    private static partial Regex Special();
}
