using Nuke.Common.IO;

namespace Nuke.Common.Execution;

/// <summary>Keeps <c>.nuke/build.schema.json</c> up to date: editors and shells complete parameters with it.</summary>
internal sealed class GenerateBuildSchemaAttribute : BuildExtensionAttributeBase, IOnBuildCreated
{
    public void OnBuildCreated(IReadOnlyCollection<ExecutableTarget> executableTargets)
    {
        var file = NukeBuild.RootDirectory / ".nuke" / "build.schema.json";
        var schema = SchemaUtility.GetJsonString(Build);
        if (!file.FileExists() || file.ReadAllText().TrimEnd('\n') != schema)
            file.WriteAllText(schema);
        // The schema is all that NUKE's global tool wants then.
        if (EnvironmentInfo.HasArgument("ShellCompletion"))
            Environment.Exit(exitCode: 0);
    }
}
