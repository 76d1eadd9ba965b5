using System.Diagnostics;
using System.Text;
using Acci.Tests.Servers;

namespace Acci.Tests;

/// <summary>
/// The app as its users have it: a process with an environment, a port and standard output. Portable IL by default; set <c>ACCI_APP</c> to
/// the path of a native binary to test that one.
/// </summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private AppProcess(Process process, int port, (string Name, string Value)[] environment)
    {
        (_process, Port, Environment) = (process, port, environment);
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(60) };
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    /// <summary>The settings it was started with, but for its port.</summary>
    public (string Name, string Value)[] Environment { get; }

    public HttpClient Http { get; }

    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    /// <summary>Memory that the process holds, in bytes.</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Processor time that the process has used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts the server.</summary>
    public static AppProcess Start((string Name, string Value)[] environment) => Start(Command([]), environment);

    /// <summary>Starts a server that <see cref="TestProgram"/> makes.</summary>
    public static AppProcess StartVariant(string variant, (string Name, string Value)[] environment) =>
        Start(["dotnet", typeof(AppProcess).Assembly.Location, variant], environment);

    private static AppProcess Start(string[] command, (string Name, string Value)[] environment)
    {
        var port = ServerProcess.FreePort();
        return new AppProcess(Run(command, [("APP__SERVER__BACKEND_PORT", $"{port}"), .. environment]), port, environment);
    }

    /// <summary>Starts the server and waits until it answers.</summary>
    public static async Task<AppProcess> ServeAsync(CancellationToken cancellationToken, params (string Name, string Value)[] environment)
    {
        var app = Start(environment);
        try
        {
            await app.WaitUntilAsync(() => app.AnswersAsync("/health/live", cancellationToken), cancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server and waits until it is ready and uses all that it was given.</summary>
    public static async Task<AppProcess> ServeReadyAsync(CancellationToken cancellationToken, params (string Name, string Value)[] environment)
    {
        var app = await ServeAsync(cancellationToken, environment);
        try
        {
            await app.WaitUntilHealthyAsync(cancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a command of the app to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string[] arguments, CancellationToken cancellationToken, params (string Name, string Value)[] environment)
    {
        using var process = Run(Command(arguments), environment);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary>Waits until every check is healthy, none degraded.</summary>
    public Task WaitUntilHealthyAsync(CancellationToken cancellationToken) => WaitUntilAsync(
        async () => (await Http.GetStringAsync("/health/ready", cancellationToken)).StartsWith("{\"status\":\"healthy\"", StringComparison.Ordinal),
        cancellationToken);

    /// <summary>Sends SIGTERM, as a container engine does, and gives the exit code.</summary>
    public async Task<int> TerminateAsync(CancellationToken cancellationToken)
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string[] Command(string[] arguments) => System.Environment.GetEnvironmentVariable("ACCI_APP") is { Length: > 0 } native
        ? [native, .. arguments]
        : ["dotnet", Path.Combine(AppContext.BaseDirectory, $"{AppSettings.AppName}.dll"), .. arguments];

    private static Process Run(string[] command, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The settings of whoever runs the tests are not the settings under test.
        foreach (var name in start.Environment.Keys.Where(name => name == "RUN_MODE" || name.StartsWith("APP__", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Waits for something that the app is about to do.</summary>
    public async Task WaitUntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        var patience = Stopwatch.StartNew();
        while (!await HoldsAsync(condition))
        {
            if (_process.HasExited || patience.Elapsed > TimeSpan.FromMinutes(5))
                throw new InvalidOperationException($"The app did not come so far:\n{Output}");
            await Task.Delay(20, cancellationToken);
        }
    }

    private static async Task<bool> HoldsAsync(Func<Task<bool>> condition)
    {
        try
        {
            return await condition();
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<bool> AnswersAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await Http.GetAsync(path, cancellationToken);
        return response.IsSuccessStatusCode;
    }

    private void Append(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
