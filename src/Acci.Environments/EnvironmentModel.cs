using Acci.Environments.Specification;

namespace Acci.Environments;

/// <summary>All services of one environment, as a compose file.</summary>
/// <param name="Environment">What the app is told.</param>
/// <param name="File">The services.</param>
public sealed record EnvironmentModel(ComposeEnvironment Environment, ComposeFile File)
{
    /// <summary>The folder of compose files, relative to the repository's root.</summary>
    public const string Folder = "deploy/compose";

    /// <summary>The app's service.</summary>
    public const string App = "acci";

    /// <summary>What tells a file that was written from settings from one that was written by hand.</summary>
    internal const string Origin = "written by ./build.sh GenerateCompose from deploy/environments/settings.json";

    // The environment whose file has the name that every program looks for.
    private const string MainEnvironment = "prod";

    /// <summary>The environment's services.</summary>
    /// <exception cref="DeliveryException">A setting is missing or cannot be used.</exception>
    public static EnvironmentModel Of(EnvironmentSettings settings)
    {
        var environment = new ComposeEnvironment(settings);
        var file = environment.Deployment.Kind == EnvironmentKind.Development ? DevelopmentServices.Of(environment) : ProductionServices.Of(environment);
        environment.ReadApp();
        // Believed to be in force and told to nobody, a password would protect nothing.
        if (AppSetting.All.FirstOrDefault(x => x.Name.IsSecret && !environment.Secrets.Contains(x.Name) && settings.Find(x.Name) is not null) is { } unused)
            throw environment.Untold(unused.Name, unused.Name.ToString());
        return new EnvironmentModel(environment, file);
    }

    /// <summary>The compose file of an environment, relative to the repository's root.</summary>
    public static string FileOf(string environment) => $"{Folder}/{(environment == MainEnvironment ? "docker-compose.yml" : $"docker-compose.{environment}.yml")}";

    /// <summary>The file of an environment's variables, relative to the repository's root.</summary>
    public static string VariablesFileOf(string environment) => $"{Folder}/.env.{environment}";

    /// <summary>The compose file's text.</summary>
    public string ToYaml() => ComposeWriter.ToYaml(
        File,
        $"Environment '{Environment.Name}': {Origin} and settings.{Environment.Name}.json.",
        $"What is changed here is lost; change the settings, or set a variable in .env.{Environment.Name} (all of them: .env.example).");
}
