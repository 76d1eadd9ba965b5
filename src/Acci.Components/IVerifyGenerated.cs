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
    sealed IEnumerable<GeneratedFile> GeneratedFiles => Sources.SelectMany(x => x.Files);

    // By the target that writes them, and those that it would remove.
    private IEnumerable<(string? Target, IEnumerable<GeneratedFile> Files, IEnumerable<AbsolutePath> Obsolete)> Sources
    {
        get
        {
            if (this is IGenerateWorkflows workflows) yield return (nameof(workflows.GenerateWorkflows), workflows.WorkflowFiles, workflows.ObsoleteWorkflows);
            if (this is IGenerateRunConfigurations run) yield return (nameof(run.GenerateRunConfigurations), run.RunConfigurationFiles, run.ObsoleteRunConfigurations);
            if (this is IGenerateBakeFile bake) yield return (nameof(bake.GenerateBakeFile), bake.BakeFiles, []);
            if (this is IGenerateCompose { Compose: var compose }) yield return (nameof(IGenerateCompose.GenerateCompose), compose.GeneratedFiles(), compose.ObsoleteFiles().Select(x => RootDirectory / x));
            yield return (null, FurtherGeneratedFiles, []);
        }
    }

    /// <summary>Fails where a checked-in file is not what its sources say, and prints the difference. Nothing is changed.</summary>
    Target VerifyGenerated => _ => _
        .Description("Fails where a generated file that is checked in is not what its sources say, and prints the difference")
        .TryAfter<IGenerateWorkflows>(x => x.GenerateWorkflows)
        .TryAfter<IGenerateRunConfigurations>(x => x.GenerateRunConfigurations)
        .TryAfter<IGenerateBakeFile>(x => x.GenerateBakeFile)
        .TryAfter<IGenerateCompose>(x => x.GenerateCompose)
        .Runs(this, () => Verb.Looking(async () =>
        {
            if (this is IGenerateWorkflows workflows && workflows.WorkflowFiles.Any()) await workflows.EnsureAreReadAsync(nameof(VerifyGenerated));
            var (drifts, targets, own) = (new List<Drift>(), new List<string>(), new List<string>());
            foreach (var (target, files, obsolete) in Sources)
            {
                Drift[] found =
                [
                    .. Drift.Find(RootDirectory, files),
                    .. obsolete.Select(x => Drift.Between(RootDirectory.GetUnixRelativePathTo(x), Acci.Components.GeneratedFiles.TextOf(x), null)),
                ];
                drifts.AddRange(found);
                if (target is null) own.AddRange(found.Select(x => x.Path));
                else if (found.Length > 0) targets.Add(target);
            }

            // The engine has written the schema already when a target runs: what is checked in is in git.
            var (checkedIn, schema) = (await CheckedInFile.ReadAsync(RootDirectory, Schema, Interruption.Token), SchemaUtility.GetJsonString(this));
            if (checkedIn?.TrimEnd('\n') != schema.TrimEnd('\n')) drifts.Add(Drift.Between(Schema, checkedIn, schema));

            foreach (var drift in drifts) Shown.WriteLine(drift.Diff);
            if (drifts.Count == 0) return;
            // Any run of the build writes the schema, and what else the build generates it alone knows how to.
            if (targets.Count == 0 && drifts.Count > own.Count) targets.Add("--help");
            string[] steps = [.. targets.Count > 0 ? [$"run {Layout.BuildCommand} {string.Join(' ', targets)}"] : (string[])[], .. own.Count > 0 ? [$"generate {string.Join(", ", own)} again"] : (string[])[]];
            throw new DeliveryException(
                $"{string.Join(", ", drifts.Select(x => x.Path))} {(drifts.Count == 1 ? "is" : "are")} not what the build says: {string.Join(", ", steps)}, and commit what changed.");
        }));
}
