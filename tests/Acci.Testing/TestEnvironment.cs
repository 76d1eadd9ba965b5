using Acci.Delivery.Processes;

namespace Acci.Testing;

/// <summary>Environments that a test hands in, instead of changing the one that all tests share.</summary>
public static class TestEnvironment
{
    private static readonly string[] OfWorkflows = ["GITHUB_", "ACTIONS_", "RUNNER_"];

    /// <summary>This process's, as it is where no workflow runs.</summary>
    public static ProcessEnvironment OutsideWorkflows
    {
        get
        {
            var process = ProcessEnvironment.Read();
            return process with { Variables = process.Variables.Where(x => !OfWorkflows.Any(x.Key.StartsWith)).ToDictionary() };
        }
    }

    /// <summary>The environment with these variables set.</summary>
    public static ProcessEnvironment With(this ProcessEnvironment environment, params (string Name, string Value)[] variables)
    {
        var all = environment.Variables.ToDictionary();
        foreach (var (name, value) in variables) all[name] = value;
        return environment with { Variables = all };
    }

    /// <summary>The environment with this folder first on its PATH.</summary>
    public static ProcessEnvironment WithProgramsOf(this ProcessEnvironment environment, string folder) =>
        environment.With(("PATH", $"{folder}{Path.PathSeparator}{environment.Find("PATH")}"));
}
