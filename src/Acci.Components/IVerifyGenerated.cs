using Acci.Delivery;
using Acci.Delivery.Versioning;
using Acci.Generation;
using Nuke.Common;
using Nuke.Common.Execution;
using Nuke.Common.IO;

namespace Acci.Components;

/// <summary>Finds generated files that are not what their sources say.</summary>
public interface IVerifyGenerated : IHazDryRun, IHazLayout
{
    private const string Schema = ".nuke/build.schema.json";

    /// <summary>Files that the build itself generates.</summary>
    IEnumerable<GeneratedFile> FurtherGeneratedFiles => [];

    /// <summary>Every file that is compared.</summary>
    sealed IEnumerable<GeneratedFile> GeneratedFiles =>
    [
        .. (this as IGenerateWorkflows)?.WorkflowFiles ?? [],
        .. (this as IGenerateRunConfigurations)?.RunConfigurationFiles ?? [],
        .. (this as IGenerateBakeFile)?.BakeFiles ?? [],
        .. (this as IGenerateCompose)?.Compose.GeneratedFiles() ?? [],
        .. FurtherGeneratedFiles,
    ];

    /// <summary>Fails where a checked-in file is not what its sources say, and prints the difference. Nothing is changed.</summary>
    Target VerifyGenerated => _ => _
        .Description("Fails where a generated file that is checked in is not what its sources say, and prints the difference")
        .TryAfter<IGenerateWorkflows>(x => x.GenerateWorkflows)
        .TryAfter<IGenerateRunConfigurations>(x => x.GenerateRunConfigurations)
        .TryAfter<IGenerateBakeFile>(x => x.GenerateBakeFile)
        .TryAfter<IGenerateCompose>(x => x.GenerateCompose)
        .Runs(this, () => Verb.Looking(async () =>
        {
            var drifts = Drift.Find(RootDirectory, GeneratedFiles).ToList();
            AbsolutePath[] obsolete = [.. (this as IGenerateWorkflows)?.ObsoleteWorkflows ?? [], .. (this as IGenerateRunConfigurations)?.ObsoleteRunConfigurations ?? []];
            foreach (var file in obsolete)
                drifts.Add(Drift.Between(RootDirectory.GetUnixRelativePathTo(file), Acci.Components.GeneratedFiles.TextOf(file), null));
            foreach (var file in (this as IGenerateCompose)?.Compose.ObsoleteFiles() ?? [])
                drifts.Add(Drift.Between(file, Acci.Components.GeneratedFiles.TextOf(RootDirectory / file), null));
            // The engine has written the schema already when a target runs: what is checked in is in git.
            var (checkedIn, schema) = (await CheckedInFile.ReadAsync(RootDirectory, Schema, Interruption.Token), SchemaUtility.GetJsonString(this));
            if (checkedIn?.TrimEnd('\n') != schema.TrimEnd('\n')) drifts.Add(Drift.Between(Schema, checkedIn, schema));

            foreach (var drift in drifts) Shown.WriteLine(drift.Diff);
            if (drifts.Count == 0) return;
            string[] targets = [.. ExecutableTargets.Of(this).Select(x => x.Name).Where(x => x.StartsWith("Generate", StringComparison.Ordinal))];
            HashSet<string> own = [.. FurtherGeneratedFiles.Select(x => x.Path)];
            // Any run of the build writes the schema, and what else the build generates it alone knows how to.
            var command = drifts.All(x => x.Path == Schema) ? $"run {Layout.BuildCommand} --help"
                : targets.Length == 0 || drifts.All(x => own.Contains(x.Path)) ? "generate it again"
                : $"run {Layout.BuildCommand} {string.Join(' ', targets)}";
            throw new DeliveryException(
                $"{string.Join(", ", drifts.Select(x => x.Path))} {(drifts.Count == 1 ? "is" : "are")} not what the build says: {command}, and commit what changed.");
        }));
}
