using Acci.Delivery;
using Acci.Environments.Variables;
using Acci.Settings;

namespace Acci.Environments.Declarations;

/// <summary>
/// The environments of one repository: what they are called, where their files lie, which settings there are, and what runs in each. There is one
/// environment for each file <c>settings.&lt;name&gt;.json</c> in the folder of settings files.
/// </summary>
public sealed record EnvironmentDeclaration
{
    private readonly string? _prefix, _folder, _settingsFolder, _command;
    private readonly RepositoryLayout? _layout;

    /// <summary>
    /// What Compose projects, stacks and user secrets are named after: each environment's name is added, and, but for stacks, what tells this checkout from others on the
    /// machine. Lower-case letters and digits, with '-' between them; the folder of the repository when nothing is said.
    /// </summary>
    public string Name { get; init; } = "";

    /// <summary>What variables that no app reads begin with; the name in capitals when nothing is said: <c>SHOP</c> for <c>SHOP_PORTS</c>.</summary>
    public string VariablePrefix
    {
        get => _prefix ?? Name.Replace('-', '_').ToUpperInvariant();
        init => _prefix = value;
    }

    /// <summary>Where the repository keeps its files. In a build it is the build's own, <c>IHazLayout.Layout</c>, and not declared here.</summary>
    public RepositoryLayout Layout
    {
        get => _layout ?? new();
        init => _layout = value;
    }

    /// <summary>The folder of compose files, <c>.env</c> files and secrets, relative to the repository's root; the layout's when nothing is said.</summary>
    public string Folder
    {
        get => _folder ?? Layout.Compose;
        init => _folder = value;
    }

    /// <summary>The folder of settings files, relative to the repository's root; the layout's when nothing is said.</summary>
    public string SettingsFolder
    {
        get => _settingsFolder ?? Layout.Environments;
        init => _settingsFolder = value;
    }

    /// <summary>The command that runs the build, as it is written for people; the layout's when nothing is said.</summary>
    public string Command
    {
        get => _command ?? Layout.BuildCommand;
        init => _command = value;
    }

    /// <summary>The environment whose file has the name that every program looks for, <c>docker-compose.yml</c>.</summary>
    public string MainEnvironment { get; init; } = "prod";

    /// <summary>The settings of the apps; every type whose settings are used is among them.</summary>
    public IReadOnlyList<SettingsDefinition> Settings { get; init; } = [];

    /// <summary>Settings that are not an app's: how many replicas, which ports.</summary>
    public IReadOnlyList<DeploymentSetting> Deployment { get; init; } = DeploymentSetting.Common;

    /// <summary>What runs in an environment, asked for each one with its settings.</summary>
    public required Func<EnvironmentContext, EnvironmentDefinition> Define { get; init; }

    /// <summary>The variables of settings that are secret. Containers get those as files: no program that a build runs needs one.</summary>
    public IReadOnlySet<string> SecretVariables =>
        Secrets.Select(x => x.EnvironmentVariable).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The same, named after a repository's folder where it has no name of its own.</summary>
    /// <exception cref="DeliveryException">Neither gives a name that projects could have.</exception>
    public EnvironmentDeclaration NamedAfter(string folder)
    {
        var named = Name.Length > 0 ? this : this with { Name = EnvironmentName.From(folder) };
        return EnvironmentName.IsWellFormed(named.Name)
            ? named
            : throw new DeliveryException(
                $"'{(Name.Length > 0 ? Name : folder)}' cannot be what the environments' projects are named after: " +
                $"declare a {nameof(Name)} of lower-case letters and digits, with '-' between them.");
    }

    /// <summary>The same, in a build's layout.</summary>
    /// <exception cref="DeliveryException">It has a layout of its own, which only some of the build would go by.</exception>
    public EnvironmentDeclaration In(RepositoryLayout layout) => _layout is null
        ? this with { Layout = layout }
        : throw new DeliveryException($"The environments declare a {nameof(Layout)}, and the build has one that everything goes by: take it out there, and implement IHazLayout.Layout.");

    /// <summary>The Swarm stack of an environment, and the Compose project of those who run the compose file by hand.</summary>
    public string ProjectOf(string environment) => $"{Name}-{environment}";

    /// <summary>The compose file of an environment, relative to the repository's root.</summary>
    public string FileOf(string environment) =>
        $"{Folder}/{(environment == MainEnvironment ? "docker-compose.yml" : $"docker-compose.{environment}.yml")}";

    /// <summary>The file of an environment's variables, relative to the repository's root.</summary>
    public string VariablesFileOf(string environment) => $"{Folder}/.env.{environment}";

    /// <summary>What tells a file that was written from settings from one that was written by hand.</summary>
    internal string Origin => $"written by {Command} GenerateCompose from {SettingsFolder}/settings.json";

    /// <summary>A deployment setting's name in the settings file and in the environment.</summary>
    internal SettingName NameOf(DeploymentSetting setting) =>
        SettingName.Of(
            $"{DeploymentSetting.Section}:{setting.Property}",
            $"{VariablePrefix}_{NamingRule.Prefixed(DeploymentSetting.Section).VariableOf(setting.Property)}") with { IsSecret = setting.Value == DeploymentValue.Secret };

    /// <summary>All secrets that can be told.</summary>
    internal IEnumerable<SettingName> Secrets => Settings.SelectMany(x => x.All).Select(x => x.Name).Concat(Deployment.Select(NameOf)).Where(x => x.IsSecret);

    /// <summary>Makes sure that variables have names that can be read, and settings names that can be told apart.</summary>
    /// <exception cref="DeliveryException">They have not; the message says which.</exception>
    internal EnvironmentDeclaration Checked()
    {
        if (!Variable.IsName(VariablePrefix))
            throw new DeliveryException($"No variable can begin with the {nameof(VariablePrefix)} '{VariablePrefix}': write letters of ASCII, digits and '_', with no digit first.");
        if (Deployment.Select(NameOf).FirstOrDefault(x => !Variable.IsName(x.EnvironmentVariable)) is { } unnamed)
            throw new DeliveryException($"{unnamed.Key} would be the variable {unnamed.EnvironmentVariable}, which no compose file can name: write letters of ASCII, digits and '_'.");
        // Two settings of one variable would be told the same value.
        var twice = Settings.SelectMany(x => x.All).DistinctBy(x => x.Name.Key)
            .GroupBy(x => x.Name.EnvironmentVariable, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(x => x.Count() > 1);
        if (twice is not null)
            throw new DeliveryException(
                $"{string.Join(" and ", twice.Select(x => x.Name.Key))} are both the variable {twice.Key}: " +
                "give one of the settings types another prefix.");
        return this;
    }
}
