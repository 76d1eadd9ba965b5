using System.Diagnostics;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Processes;

public class CommandRunnerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Output_is_streamed_and_kept()
    {
        var lines = new List<string>();

        var result = await CommandRunner.RunAsync(new Command("sh", "-c", "echo one; echo two >&2; echo three"), line => { lock (lines) lines.Add(line); }, Cancellation);

        Assert.Equal(["one", "three", "two"], lines.Order());
        Assert.Equal("one\nthree\n", result.StandardOutput);
        Assert.Equal("two\n", result.StandardError);
    }

    [Fact]
    public async Task A_program_that_is_still_open_for_writing_is_started_when_it_is_closed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have no such error.");
        using var folder = new TemporaryFolder();
        var program = folder.Combine("program");
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho started\n", Cancellation);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var open = File.OpenWrite(program);

        var run = CommandRunner.RunAsync(new Command(program), cancellationToken: Cancellation);
        await Task.Delay(TimeSpan.FromMilliseconds(200), Cancellation);
        Assert.False(run.IsCompleted);
        await open.DisposeAsync();

        Assert.Equal("started\n", (await run).StandardOutput);
    }

    [Fact]
    public async Task Arguments_arrive_as_they_are()
    {
        string[] arguments = ["a b", "", "\"quoted\"", "$HOME", "*", @"back\slash", "ümläut"];

        var result = await CommandRunner.RunAsync(new Command("printf", ["%s\\n", .. arguments]), cancellationToken: Cancellation);

        Assert.Equal(string.Concat(arguments.Select(x => x + "\n")), result.StandardOutput);
    }

    [Fact]
    public async Task A_failure_carries_the_command_the_exit_code_and_the_last_lines_without_secrets()
    {
        Redaction.Register("s3cr3t-token");

        var failure = await Assert.ThrowsAsync<CommandFailedException>(() =>
            CommandRunner.RunAsync(new Command("sh", "-c", "echo the token s3cr3t-token is wrong >&2; exit 7"), cancellationToken: Cancellation));

        Assert.Equal(7, failure.Result?.ExitCode);
        Assert.Contains("exit code 7", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"the token {Redaction.Mask} is wrong", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t-token", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_program_is_named()
    {
        var failure = await Assert.ThrowsAsync<CommandFailedException>(() => CommandRunner.RunAsync(new Command("no-such-program"), cancellationToken: Cancellation));

        Assert.Contains("'no-such-program' could not be started", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_a_program_that_ignores_the_interrupt_and_everything_it_started()
    {
        var marker = $"acci-test-{Guid.NewGuid():N}";
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var watch = Stopwatch.StartNew();

        // The shell ignores the interrupt, and so does what it starts; the unused argument is there to be found again.
        var run = CommandRunner.TryRunAsync(new Command("sh", "-c", "trap '' INT; sleep 600 & wait; sleep 600", marker), cancellationToken: cancel.Token);
        cancel.CancelAfter(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(600), "The program ran to its end.");
        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc"), process => CommandLine(process).Contains(marker, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_that_the_interrupt_ended_before_the_build_heard_of_it_is_no_failure_of_its_own()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var run = CommandRunner.RunAsync(new Command("sh", "-c", "echo ended; kill -TERM $$"), _ => cancel.CancelAfter(TimeSpan.FromMilliseconds(50)), cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(143, (await CommandRunner.TryRunAsync(new Command("sh", "-c", "kill -TERM $$"), cancellationToken: Cancellation)).ExitCode);
    }

    [Theory]
    [InlineData("yes | head -c 140000000")]
    [InlineData("yes | head -c 140000000 >&2")]
    public async Task Output_that_is_read_as_a_whole_has_a_limit(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "This test runs a shell script.");

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => CommandRunner.TryRunAsync(new Command("sh", "-c", script), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("writes more than 128 MiB", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_lines_that_are_handed_on_the_last_are_kept()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "This test runs a shell script.");
        var lines = 0;

        var result = await CommandRunner.TryRunAsync(new Command("sh", "-c", "yes $(printf %01000d 0) 2>/dev/null | head -n 12000; echo last"), _ => lines++, TestContext.Current.CancellationToken);

        Assert.Equal(12_001, lines);
        Assert.True(result.StandardOutput.Length < 10_000_000, $"{result.StandardOutput.Length}");
        Assert.EndsWith("\nlast\n", result.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_and_environment_reach_the_program_and_not_its_arguments()
    {
        var command = new Command("sh", "-c", "read line; echo \"$line $SECRET\"") { StandardInput = "typed\n", Environment = new Dictionary<string, string?> { ["SECRET"] = "given" } };

        var result = await CommandRunner.RunAsync(command, cancellationToken: Cancellation);

        Assert.Equal("typed given\n", result.StandardOutput);
        Assert.DoesNotContain("given", command.ToString(), StringComparison.Ordinal);
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
