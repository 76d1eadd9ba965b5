using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Processes;

public sealed class ExecutablesTests
{
    [Fact]
    public void A_file_that_cannot_be_run_is_no_program()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows goes by a file's ending.");
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["first", "second"])
        {
            Directory.CreateDirectory(folder.Combine(name));
            File.WriteAllText(folder.Combine(name, "cosign"), "");
        }

        File.SetUnixFileMode(folder.Combine("second", "cosign"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var environment = new ProcessEnvironment(new Dictionary<string, string> { ["PATH"] = $"{folder.Combine("first")}:{folder.Combine("second")}" });

        Assert.Equal(folder.Combine("second", "cosign"), Executables.Find("cosign", environment));
    }

    [Fact]
    public void Nor_is_one_that_others_alone_may_run()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Root runs what anybody may run.");
        using var folder = new TemporaryFolder();
        var file = folder.Combine("cosign");
        File.WriteAllText(file, "");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

        Assert.Null(Executables.Find("cosign", new ProcessEnvironment(new Dictionary<string, string> { ["PATH"] = folder.Path })));
    }
}
