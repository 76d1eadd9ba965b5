namespace Acci.Environments;

/// <summary>An environment as it is about to run on this machine: what is checked in, and what this machine says on top of it.</summary>
internal sealed record EnvironmentPlan
{
    /// <summary>The environment's name.</summary>
    public string Name => Committed.Environment.Name;

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

    /// <summary>It is built from source.</summary>
    public bool IsDevelopment => Committed.Environment.Deployment.Kind == EnvironmentKind.Development;

    /// <summary>Reads an environment, and looks whether the app can be started with it.</summary>
    /// <exception cref="DeliveryException">A setting or a variable cannot be used; the message names it.</exception>
    public static EnvironmentPlan Of(ComposeFiles files, string environment, string root)
    {
        var committed = files.ModelOf(environment);
        var typed = EnvironmentFile.Read(Path.Combine(root, EnvironmentModel.VariablesFileOf(environment)));
        var process = ProcessVariables();
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in typed.Values.Concat(process).Where(x => x.Value.Length > 0)) variables[name] = value;

        var committedSettings = EnvironmentSettings.Read(files.SettingsFolder, environment);
        var settings = committedSettings.With(typed.Values, process);
        var effective = EnvironmentModel.Of(settings);
        // What a person wrote for this environment is looked at; what else is in the process's environment is none of its business.
        effective.Environment.ReadApp(typed.Values.Keys);
        if (AppSetting.All.FirstOrDefault(x => x.Name.IsSecret && !committed.Environment.Secrets.Contains(x.Name) && variables.ContainsKey(x.Name.FileVariable)) is { } unused)
            throw committed.Environment.Untold(unused.Name, unused.Name.FileVariable);
        foreach (var setting in AppSetting.All.Where(x => !x.Name.IsSecret && committed.Environment.IsFixed(x.Name) && committed.Environment.Environment[x.Name.EnvironmentVariable] != effective.Environment.Environment[x.Name.EnvironmentVariable]))
            throw new DeliveryException($"Environment '{environment}': {setting.Name} cannot be set from outside, because its value in the settings files holds a brace, a dollar sign or a line break. Change it there.");
        return new EnvironmentPlan { Committed = committed, Effective = effective, CommittedSettings = committedSettings, Settings = settings, Typed = typed, Variables = variables };
    }

    /// <summary>What this machine says beside the <c>.env</c> file and the process's variables: the user's own settings, which docker compose does not know.</summary>
    public IEnumerable<KeyValuePair<string, string>> UserSettings() =>
        AppSetting.All.Where(x => !x.Name.IsSecret).Select(x => (Variable: x.Name.EnvironmentVariable, Committed: CommittedSettings.Find(x.Name), Value: Settings.Find(x.Name)))
            .Concat(DeploymentSetting.Variables.Select(x => (x.Variable, Committed: CommittedSettings.Find(x), Value: Settings.Find(x))))
            .Where(x => x.Value is not null && x.Value != x.Committed && !Variables.ContainsKey(x.Variable))
            .Select(x => KeyValuePair.Create(x.Variable, x.Value!));

    private static Dictionary<string, string> ProcessVariables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in System.Environment.GetEnvironmentVariables()) variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return variables;
    }
}
