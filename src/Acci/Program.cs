using Acci.Commands;
using Acci.Settings;

try
{
    return args switch
    {
        [] => await Serve.RunAsync(),
        ["migrate"] => await Migrate.RunAsync(),
        ["healthcheck"] => await HealthCheck.RunAsync(),
        ["--version"] => Usage.PrintVersion(),
        ["--help" or "-h"] => Usage.Print(Console.Out, exitCode: 0),
        _ => Usage.Reject(args),
    };
}
catch (Exception exception) when (exception is SettingsException or StartException)
{
    await Console.Error.WriteLineAsync($"acci: {exception.Message}");
    return 1;
}
