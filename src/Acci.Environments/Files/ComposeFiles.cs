using System.Text;
using Acci.Delivery.Images;
using Acci.Environments.Declarations;
using Acci.Environments.Specification;
using Acci.Environments.Variables;
using Acci.Generation;
using Acci.Oci;
using Acci.Settings;

namespace Acci.Environments.Files;

/// <summary>The files that are written from the settings and checked in: a compose file for each environment, and <c>.env.example</c>.</summary>
/// <param name="Root">The repository's root.</param>
/// <param name="Declaration">What is declared of the environments.</param>
public sealed record ComposeFiles(string Root, EnvironmentDeclaration Declaration)
{
    /// <summary>The build's images, of which services are; none where the build declares none, or they are not known.</summary>
    public IReadOnlyList<ImageDefinition> Images { get; init; } = [];

    /// <summary>The folder of the settings files.</summary>
    public string SettingsFolder => Path.Combine(Root, Declaration.SettingsFolder);

    /// <summary>All of them.</summary>
    /// <exception cref="DeliveryException">A setting is missing or cannot be used.</exception>
    public IReadOnlyList<GeneratedFile> GeneratedFiles()
    {
        var models = EnvironmentSettings.NamesIn(SettingsFolder).Select(ModelOf).ToArray();
        return
        [
            .. models.Select(model => new GeneratedFile(Declaration.FileOf(model.Name), model.ToYaml())),
            new GeneratedFile($"{Declaration.Folder}/.env.example", Example(models)),
        ];
    }

    /// <summary>What ComposeUp and DeployStack would refuse, and docker compose alone would not.</summary>
    internal IEnumerable<string> Warnings() =>
        from name in EnvironmentSettings.NamesIn(SettingsFolder)
        from variable in ScalarWalk.VariablesWithoutValueIn(ModelOf(name).File)
        select $"{Declaration.FileOf(name)}: {variable.Title} has no value, and is used for more than the app that has a default for it in its code: "
            + $"elsewhere it is an empty text. Set it in {Declaration.SettingsFolder}/settings.json or .env.{name}, or declare .Default(…).";

    /// <summary>The images of somebody else's that the environments run, each once; none where there are no environments yet.</summary>
    /// <exception cref="DeliveryException">A setting is missing or cannot be used.</exception>
    public IReadOnlyList<ImageReference> UpstreamImages() => !Directory.Exists(SettingsFolder) ? [] :
    [
        .. EnvironmentSettings.NamesIn(SettingsFolder).SelectMany(name => ModelOf(name).Variables)
            .Select(x => x.Source).OfType<UpstreamImage>()
            .Select(x => ImageReference.Parse(x.Reference)).Distinct(),
    ];

    /// <summary>Files of environments that have no settings any more, relative to the root. What was written by hand is not among them.</summary>
    public IReadOnlyList<string> ObsoleteFiles()
    {
        var folder = Path.Combine(Root, Declaration.Folder);
        if (!Directory.Exists(folder)) return [];
        var current = EnvironmentSettings.NamesIn(SettingsFolder).Select(Declaration.FileOf).ToHashSet();
        return
        [
            .. Directory.EnumerateFiles(folder, "docker-compose*.yml")
                .Where(file => InputFile.ReadText(file, 16 * 1024 * 1024).Contains(Declaration.Origin, StringComparison.Ordinal))
                .Select(file => $"{Declaration.Folder}/{Path.GetFileName(file)}")
                .Where(file => !current.Contains(file))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>One environment, from the files alone.</summary>
    /// <exception cref="DeliveryException">
    /// There is no such environment, or a setting is missing, cannot be used, or is a secret that must not be checked in, or a service is of an image that the build does not declare.
    /// </exception>
    public EnvironmentModel ModelOf(string environment)
    {
        var settings = Read(environment);
        var model = EnvironmentModel.Of(Declaration, settings);
        if (model.Variables.Select(x => x.Source).OfType<LastPublish>().FirstOrDefault(x => Images.Count > 0 && Images.All(image => image.Name != x.Image)) is { } unknown)
            throw new DeliveryException($"Environment '{environment}': there is no image '{unknown.Image}'; the build has {string.Join(", ", Images.Select(x => x.Name))}.");
        // Everybody who has the repository has what is in it; that is fine for a database on a developer's own machine alone.
        if (model.Environment.Kind == EnvironmentKind.Production && Secrets(model).FirstOrDefault(x => settings.Find(x) is not null) is { } secret)
            throw new DeliveryException($"Environment '{environment}': {secret} is a secret, and its value is in a settings file that is checked in. Take it out there; write it into the file that {secret.FileVariable} names, or into `dotnet user-secrets set {secret.Key} … --id {settings.UserSecretsId}`.");
        return model;
    }

    /// <summary>The settings of one environment in the files.</summary>
    /// <exception cref="DeliveryException">There is no such environment, or a file is not valid.</exception>
    public EnvironmentSettings Read(string environment) => EnvironmentSettings.Read(Declaration, Root, environment);

    private static IEnumerable<SettingName> Secrets(EnvironmentModel model) =>
        model.Declaration.Secrets.Concat(model.Secrets.Select(x => x.Name));

    private static string Example(EnvironmentModel[] models)
    {
        var text = new StringBuilder("""
            # All that an environment can be told from outside. ComposeUp makes .env.<environment> from it; by hand, copy this file and take the # from what you set.
            # A value in single quotes is taken as it is; without quotes, what follows " #" is a comment and $NAME would be replaced.
            # What is set in the environment of the command wins over what is set here.

            """);
        var variables = models.SelectMany(model => model.Variables.Select(variable => (Environment: model.Name, Variable: variable))).GroupBy(x => x.Variable.Name, StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            var first = variable.First().Variable;
            var defaults = variable.Where(x => !string.IsNullOrEmpty(x.Variable.Default)).ToArray();
            var shown = variable.LastOrDefault(x => !x.Variable.IsLeftOut).Variable ?? first;
            text.Append('\n').Append(System.Globalization.CultureInfo.InvariantCulture, $"# {first.Description}.");
            if (defaults.Length > 0) text.Append(System.Globalization.CultureInfo.InvariantCulture, $" Without: {string.Join(", ", defaults.Select(x => $"{EnvironmentFile.Quote(x.Variable.Default!)} in {x.Environment}"))}.");
            if (variable.Count() < models.Length) text.Append(System.Globalization.CultureInfo.InvariantCulture, $" Only in {string.Join(", ", variable.Select(x => x.Environment))}.");
            text.Append('\n');
            text.Append(EnvironmentFile.Comment(shown)).Append('\n');
        }

        return text.ToString();
    }
}
