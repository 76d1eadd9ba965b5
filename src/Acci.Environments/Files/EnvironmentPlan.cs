using Acci.Environments.Specification;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;

namespace Acci.Environments.Files;

/// <summary>An environment as it is about to run on this machine: what is checked in, and what this machine says on top of it.</summary>
internal sealed record EnvironmentPlan
{
    /// <summary>Stands for a value that is not known yet.</summary>
    public const string Unknown = "unknown";

    /// <summary>The environment's name.</summary>
    public string Name => Committed.Name;

    /// <summary>From the settings files alone: what the compose file is written from.</summary>
    public required EnvironmentModel Committed { get; init; }

    /// <summary>With all that this machine says: what will be read by docker compose and the app.</summary>
    public required EnvironmentModel Effective { get; init; }

    /// <summary>The settings of <see cref="Effective"/>.</summary>
    public required EnvironmentSettings Settings { get; init; }

    /// <summary>The settings of <see cref="Committed"/>.</summary>
    public required EnvironmentSettings CommittedSettings { get; init; }

    /// <summary>The environment's <c>.env</c> file.</summary>
    public required EnvironmentFile Typed { get; init; }

    /// <summary>The variables of that file, and over them those of this process. One that is empty is not set: it hides nothing below it.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>What it is declared by.</summary>
    public EnvironmentDeclaration Declaration => Committed.Declaration;

    /// <summary>Reads an environment, and looks whether the app can be started with it.</summary>
    /// <param name="files">The settings files.</param>
    /// <param name="environment">The environment's name.</param>
    /// <param name="process">The variables of the process.</param>
    /// <exception cref="DeliveryException">A setting or a variable cannot be used; the message names it.</exception>
    public static EnvironmentPlan Of(ComposeFiles files, string environment, ProcessEnvironment process)
    {
        var declaration = files.Declaration;
        var committed = files.ModelOf(environment);
        var typed = EnvironmentFile.Read(Path.Combine(files.Root, declaration.VariablesFileOf(environment)));
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in typed.Values.Concat(process.Variables).Where(x => x.Value.Length > 0)) variables[name] = value;

        var committedSettings = files.Read(environment);
        var settings = committedSettings.With(typed.Values, process.Variables);
        var effective = EnvironmentModel.Of(declaration, settings);
        // What a person wrote for this environment is looked at; what else is in the process's environment is none of its business.
        foreach (var service in effective.Definition.Services)
        {
            foreach (var told in service.Settings) told.Check(service.Secrets, typed.Values.Keys);
        }

        if (committed.UntoldSecrets.FirstOrDefault(x => variables.ContainsKey(x.FileVariable)) is { } unused)
            throw committed.Untold(unused, unused.FileVariable);
        foreach (var (before, now) in committed.AllSettings.Zip(effective.AllSettings)) EnsureUnchanged(environment, before, now);
        if (ScalarWalk.VariablesWithoutValueIn(effective.File).FirstOrDefault() is { } unknown)
            throw new DeliveryException(
                $"Environment '{environment}': the value of {unknown.Title} is used for more than the app that has a default for it in its code, and is not set. "
                + $"Set it in {declaration.SettingsFolder}/settings.json, or declare .Default(…).");
        // Docker compose would tell it as an empty text, which the app takes for a value.
        if (effective.AllSettings.SelectMany(x => x.Environment).FirstOrDefault(x => x.Value.IsWhereSet && typed.Values.ContainsKey(x.Key)).Key is { } empty)
            throw new DeliveryException(
                $"Environment '{environment}': {declaration.VariablesFileOf(environment)} sets {empty} to an empty text, and the app would take that for its value. " +
                "Give it a value, or take the line out.");
        return new EnvironmentPlan
        {
            Committed = committed,
            Effective = effective,
            CommittedSettings = committedSettings,
            Settings = settings,
            Typed = typed,
            Variables = variables,
        };
    }

    private static void EnsureUnchanged(string environment, ServiceSettings committed, ServiceSettings effective)
    {
        var names = committed.Definition.All.Select(x => x.Name).Where(x => !x.IsSecret);
        if (names.FirstOrDefault(x => committed.IsFixed(x) && committed.WrittenAs(x) != effective.WrittenAs(x)) is { } name)
            throw new DeliveryException(
                $"Environment '{environment}': {name} cannot be set from outside, because its value in the settings files " +
                "is a list with a variable for each value, or holds a brace, a dollar sign or a line break. Change it there.");
    }

    /// <summary>Variables of the <c>.env</c> file that are no setting, and that neither a service nor docker compose reads.</summary>
    public IEnumerable<string> UnreadVariables => Typed.Values.Keys
        .Except(Committed.Variables.Concat(Effective.Variables).Select(x => x.Name))
        .Except(EnvironmentSettings.UserNames(Declaration).Concat(Committed.Secrets.Select(x => x.Name)).SelectMany(x => new[] { x.EnvironmentVariable, x.FileVariable }))
        .Where(x => !x.StartsWith("COMPOSE_", StringComparison.Ordinal) && !x.StartsWith("DOCKER_", StringComparison.Ordinal));

    /// <summary>The variables, and what is not known before the images are looked for as <see cref="Unknown"/>.</summary>
    public Dictionary<string, string> KnownVariables()
    {
        var known = Effective.Variables.Where(x => x.Source is not null).ToDictionary(x => x.Name, x => x.Default ?? Unknown);
        foreach (var (name, value) in UserSettings().Concat(Variables)) known[name] = value;
        return known;
    }

    /// <summary>What this machine says beside the <c>.env</c> file and the process's variables: the user's own settings, which docker compose does not know.</summary>
    public IEnumerable<KeyValuePair<string, string>> UserSettings() =>
        EnvironmentSettings.UserNames(Declaration).Where(x => !x.IsSecret)
            .Select(x => (Variable: x.EnvironmentVariable, Committed: CommittedSettings.Find(x), Value: Settings.Find(x)))
            .Where(x => x.Value is not null && x.Value != x.Committed && !Variables.ContainsKey(x.Variable))
            .Select(x => KeyValuePair.Create(x.Variable, x.Value!));
}
