using System.Text;
using Acci.Generation;

namespace Acci.Environments;

/// <summary>The files under <c>deploy/compose</c> that are written from the settings and checked in: a compose file for each environment, and <c>.env.example</c>.</summary>
/// <param name="Root">The repository's root.</param>
public sealed record ComposeFiles(string Root)
{
    /// <summary>The folder of the settings files.</summary>
    public string SettingsFolder => Path.Combine(Root, "deploy", "environments");

    /// <summary>All of them.</summary>
    /// <exception cref="DeliveryException">A setting is missing or cannot be used.</exception>
    public IReadOnlyList<GeneratedFile> All()
    {
        var models = EnvironmentSettings.NamesIn(SettingsFolder).Select(ModelOf).ToArray();
        return
        [
            .. models.Select(model => new GeneratedFile(EnvironmentModel.FileOf(model.Environment.Name), model.ToYaml())),
            new GeneratedFile($"{EnvironmentModel.Folder}/.env.example", Example(models)),
        ];
    }

    /// <summary>Files of environments that have no settings any more, relative to the root. What was written by hand is not among them.</summary>
    public IReadOnlyList<string> Obsolete()
    {
        var folder = Path.Combine(Root, EnvironmentModel.Folder);
        if (!Directory.Exists(folder)) return [];
        var current = EnvironmentSettings.NamesIn(SettingsFolder).Select(EnvironmentModel.FileOf).ToHashSet();
        return
        [
            .. Directory.EnumerateFiles(folder, "docker-compose*.yml")
                .Where(file => File.ReadAllText(file).Contains(EnvironmentModel.Origin, StringComparison.Ordinal))
                .Select(file => $"{EnvironmentModel.Folder}/{Path.GetFileName(file)}")
                .Where(file => !current.Contains(file))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>One environment, from the files alone.</summary>
    /// <exception cref="DeliveryException">There is no such environment, or a setting is missing, cannot be used, or is a secret that must not be checked in.</exception>
    public EnvironmentModel ModelOf(string environment)
    {
        var settings = EnvironmentSettings.Read(SettingsFolder, environment);
        var model = EnvironmentModel.Of(settings);
        // Everybody who has the repository has what is in it; that is fine for a database on a developer's own machine alone.
        if (model.Environment.Deployment.Kind == EnvironmentKind.Production && AppSetting.All.Select(x => x.Name).FirstOrDefault(x => x.IsSecret && settings.Find(x) is not null) is { } secret)
            throw new DeliveryException($"Environment '{environment}': {secret} is a secret, and its value is in a settings file that is checked in. Take it out there; write it into the file that {secret.FileVariable} names, or into `dotnet user-secrets set {secret.Key} … --id {settings.UserSecretsId}`.");
        return model;
    }

    private static string Example(EnvironmentModel[] models)
    {
        var text = new StringBuilder("""
            # All that an environment can be told from outside. ComposeUp makes .env.<environment> from it; by hand, copy this file and take the # from what you set.
            # A value in single quotes is taken as it is; without quotes, what follows " #" is a comment and $NAME would be replaced.
            # What is set in the environment of the command wins over what is set here.

            """);
        var variables = models.SelectMany(model => model.Environment.Variables.Select(variable => (Environment: model.Environment.Name, Variable: variable))).GroupBy(x => x.Variable.Name, StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            var first = variable.First().Variable;
            var defaults = variable.Where(x => !string.IsNullOrEmpty(x.Variable.Default)).ToArray();
            text.Append('\n').Append(System.Globalization.CultureInfo.InvariantCulture, $"# {first.Description}.");
            if (defaults.Length > 0) text.Append(System.Globalization.CultureInfo.InvariantCulture, $" Without: {string.Join(", ", defaults.Select(x => $"{EnvironmentFile.Quote(x.Variable.Default!)} in {x.Environment}"))}.");
            if (variable.Count() < models.Length) text.Append(System.Globalization.CultureInfo.InvariantCulture, $" Only in {string.Join(", ", variable.Select(x => x.Environment))}.");
            text.Append('\n');
            text.Append('#').Append(EnvironmentFile.Line(first.Name, variable.Last().Variable.Default ?? "")).Append('\n');
        }

        return text.ToString();
    }
}
