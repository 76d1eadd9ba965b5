using Mono.Cecil;

namespace Acci.Architecture.Tests;

/// <summary>What the product does in one place is done there alone.</summary>
public class OnePlaceTests
{
    public static TheoryData<string> Libraries => Product.Libraries;

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Files_are_put_in_their_place_by_one_class(string library) =>
        Assert.Empty(Callers(library, ["System.IO.File::Move", "System.IO.File::Replace"]).Except(["Acci.Generation.AtomicFile"]));

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Variables_and_folders_of_the_process_are_read_by_one_record(string library) =>
        Assert.Empty(Callers(library,
        [
            "System.Environment::GetEnvironmentVariable", "System.Environment::GetEnvironmentVariables", "System.Environment::GetFolderPath",
        ]).Except(["Acci.Delivery.Processes.ProcessEnvironment"]));

    // One that waits by a clock it is given has that among its parameters.
    [Theory]
    [MemberData(nameof(Libraries))]
    public void Nothing_asks_the_machines_clock_or_waits_by_it(string library) =>
        Assert.Empty(Callers(library,
        [
            "System.DateTime::get_UtcNow", "System.DateTime::get_Now", "System.DateTimeOffset::get_UtcNow", "System.DateTimeOffset::get_Now",
            "System.Diagnostics.Stopwatch::StartNew", "System.Diagnostics.Stopwatch::GetTimestamp", "System.Diagnostics.Stopwatch::.ctor", "System.Threading.Tasks.Task::Delay",
        ]));

    // What others wrote is made harmless there, and in the sink of the log. The rest writes the build's own words, and what engines hand to it.
    [Theory]
    [MemberData(nameof(Libraries))]
    public void The_console_is_written_in_one_place(string library) =>
        Assert.Empty(Callers(library, ["System.Console::WriteLine", "System.Console::Write", "System.Console::get_Out", "System.Console::get_Error", "System.Console::OpenStandardOutput"]).Except(
        [
            "Acci.Delivery.Shown", "Acci.Components.AnswerHelpAttribute", "Acci.Components.BuildProcess", "Acci.Components.DurableWriter", "Acci.Components.ICheckImages",
            "Acci.Components.Interruption", "Acci.Components.ReportOutcomeAttribute", "Acci.Components.ReportToGitHubAttribute",
        ]));

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Programs_are_started_in_one_place(string library) =>
        Assert.Empty(Callers(library, ["System.Diagnostics.Process::Start", "CliWrap.Cli::Wrap"]).Except(["Acci.Delivery.Processes.CommandRunner"]));

    // One that lists only some of many says so in words.
    [Theory]
    [MemberData(nameof(Libraries))]
    public void Texts_are_cut_where_they_are_masked_before(string library)
    {
        using var module = Product.Read(library);
        var cutting = from type in module.GetTypes()
            from method in type.Methods
            where method.HasBody
            where method.Body.Instructions.Any(x => x.Operand is string text && text.StartsWith('…') && !text.StartsWith("… and ", StringComparison.Ordinal))
            select Outermost(type).FullName;
        Assert.Empty(cutting.Except(["Acci.Redaction"]));
    }

    // A clean-up goes on after Ctrl-C, so that nobody could end a program in it that hangs.
    [Fact]
    public void No_program_is_waited_for_without_a_limit_where_the_run_cannot_be_cancelled()
    {
        ModuleDefinition[] modules = [.. Product.Arrows.Keys.Select(Product.Read)];
        try
        {
            Assert.Equal("", string.Join('\n', new UncancelledRuns(modules).Find()));
        }
        finally
        {
            foreach (var module in modules) module.Dispose();
        }
    }

    [Fact]
    public void A_program_that_is_waited_for_without_a_limit_is_found_however_it_is_run()
    {
        using var delivery = Product.Read("Acci.Delivery");
        using var own = ModuleDefinition.ReadModule(typeof(EndlessRuns).Assembly.Location);

        var found = from line in new UncancelledRuns([delivery, own]).Find()
            where line.Contains(nameof(EndlessRuns), StringComparison.Ordinal)
            select line.Split("called by ")[^1].Split("::")[^1];

        Assert.Equal(EndlessRuns.Endless.Order(StringComparer.Ordinal), found.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_call_is_found_in_lambdas_and_async_methods_too() =>
        Assert.Contains("Acci.Delivery.Publishing.TagImages", Callers("Acci.Delivery", ["Acci.Delivery.Publishing.PublishTransaction::RedoAsync"]));

    // The types, without those that the compiler makes inside them, whose code calls one of these methods.
    private static IEnumerable<string> Callers(string library, string[] methods)
    {
        using var module = Product.Read(library);
        return
        [
            .. from type in module.GetTypes()
            from method in type.Methods
            where method.HasBody
            from instruction in method.Body.Instructions
            let called = instruction.Operand as MethodReference
            where called is not null && methods.Contains($"{called.DeclaringType.FullName}::{called.Name}")
            where called.Parameters.All(x => x.ParameterType.FullName != typeof(TimeProvider).FullName)
            select Outermost(type).FullName,
        ];
    }

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
