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
}
