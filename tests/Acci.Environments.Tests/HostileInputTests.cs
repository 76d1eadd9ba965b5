using Acci.Environments.Files;
using Acci.Environments.Variables;
using Acci.Testing.Hostile;

namespace Acci.Environments.Tests;

/// <summary>Whatever stands in a settings file: it is read, or refused in a sentence.</summary>
public sealed class HostileInputTests : IDisposable
{
    private const int Megabyte = 1024 * 1024;

    private readonly ParserTrials _trials = new();

    public void Dispose() => _trials.Dispose();

    [Fact]
    public void Settings_files_and_variables_in_compose_files_are_read_or_refused()
    {
        _trials.OfText(".env file", Megabyte, text => EnvironmentFile.Parse(text).Values, "# a\nexport A=b # c\nB='it\\'s'\r\nC=\"a\\n$$\"\nD=\n");
        _trials.OfText("compose interpolation", 64 * 1024, text => Interpolation.Resolve(text, new Dictionary<string, string> { ["A"] = "b" }), "${A:-x}$$${B:-c}", "${A:?why}");

        TestContext.Current.TestOutputHelper?.WriteLine(_trials.Table);
        Assert.True(_trials.Faults.Count == 0, string.Join('\n', _trials.Faults));
    }

    [Fact]
    public void A_settings_file_of_many_lines_is_not_copied_for_each()
    {
        var text = string.Concat(Enumerable.Range(0, 5000).Select(x => $"NAME_{x}=value\n"));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(5000, EnvironmentFile.Parse(text).Values.Count);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200L * text.Length);
    }
}
