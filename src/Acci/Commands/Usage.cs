namespace Acci.Commands;

/// <summary>What the app says about its own command line.</summary>
internal static class Usage
{
    private static readonly DatabaseSettings Database = new();
    private static readonly string Account = $"NAME={Database.Name}  USER={Database.User}  PASSWORD";

    private static readonly string Text = $"""
        Usage: {AppSettings.AppName} [command]

          (none)        serve HTTP until SIGTERM
          migrate       bring the database to the schema of this build, and end
          healthcheck [live|ready|started]
                        ask the app running on this machine whether it works, is ready (which is asked, too, where nothing is said), or has been
                        ready once and works: exit code 0 or 1, within 2 seconds
          --version     version and revision
          --help        this text

        Settings come from the environment, with the suffix _FILE from the file named, or from files of the variable's name in /run/secrets:

          RUN_MODE=prod|dev
          APP__SERVER__      BACKEND_PORT={new ServerSettings().BackendPort}  TRUSTED_PROXIES=10.0.0.0/8,...
          APP__DATABASE__    HOST  PORT={Database.Port}  {Account}  TLS=prefer  MAXIMUM_CONNECTIONS={Database.MaximumConnections}
          APP__REDIS__       HOST  PORT={new RedisSettings().Port}  USER  PASSWORD  TLS=false
          OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317

        """;

    internal static int PrintVersion()
    {
        Console.WriteLine(ProductVersion.Current);
        return 0;
    }

    internal static int Reject(string[] arguments)
    {
        Console.Error.WriteLine($"{AppSettings.AppName}: '{string.Join(' ', arguments)}' is not a command.\n");
        return Print(Console.Error, exitCode: 2);
    }

    internal static int Print(TextWriter output, int exitCode)
    {
        output.Write(Text);
        return exitCode;
    }
}
