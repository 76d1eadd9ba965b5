using Acci.Delivery.Engines;
using Acci.Delivery.SmokeTests;
using Acci.Testing;

namespace Acci.Delivery.Tests.SmokeTests;

/// <summary>How a container ended is told, whatever it printed.</summary>
public sealed class EndlessLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_line_that_is_too_large_to_be_read_hides_no_exit_code()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var script = _folder.Combine("docker");
        File.WriteAllText(script, """
            #!/bin/sh
            case $1 in
                inspect) echo 'false 1' ;;
                logs) echo first; head -c 140000000 /dev/zero | tr '\0' x; echo; seq 100 | tr '\n' '\r'; echo; echo last >&2 ;;
            esac
            """);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var container = new StartedContainer(new DockerEngine(script), "1", "The container of app");

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => container.WaitForEndAsync([0], null, TestContext.Current.CancellationToken));

        Assert.StartsWith("The container of app ended with exit code 1, expected 0. Its last lines:\n", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("\n    99\n    100\n    last", failure.Message, StringComparison.Ordinal);
        Assert.Equal(20, failure.Message.Count(x => x == '\n'));
    }

    [Fact]
    public async Task What_is_shown_of_a_large_line_is_its_beginning()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var script = _folder.Combine("docker");
        File.WriteAllText(script, "#!/bin/sh\n[ $1 != logs ] || { echo 'the reason'; head -c 140000000 /dev/zero | tr '\\0' x; }\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var log = await new StartedContainer(new DockerEngine(script), "1", "The container of app").LastLogAsync();

        Assert.StartsWith(" Its last lines:\n    the reason\n    xxx", log, StringComparison.Ordinal);
        Assert.InRange(log.Length, 2000, 2100);
    }
}
