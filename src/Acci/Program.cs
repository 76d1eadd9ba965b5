using Acci;
using Acci.Commands;
using Acci.Health;
using Acci.Settings;

try
{
    return args switch
    {
        [] => await Serve.RunAsync(),
        ["migrate"] => await Migrate.RunAsync(),
        ["healthcheck"] or ["healthcheck", _] when HealthEndpoints.PathOf(args.ElementAtOrDefault(1)) is { } path => await HealthCheck.RunAsync(path),
        ["--version"] => Usage.PrintVersion(),
        ["--help" or "-h"] => Usage.Print(Console.Out, exitCode: 0),
        _ => Usage.Reject(args),
    };
}
catch (Exception exception) when (exception is SettingsException or StartException)
{
    await Console.Error.WriteLineAsync($"{AppSettings.AppName}: {exception.Message}");
    return 1;
}
