using Acci.Delivery.Versioning;
using Acci.Generation;
using Acci.Generation.Workflows;
using Nuke.Common;
using Nuke.Common.IO;

namespace Acci.Components;

/// <summary>Writes the GitHub Actions workflows that a build declares.</summary>
public interface IGenerateWorkflows : IHazActions, IHazDryRun
{
    /// <summary>The workflows.</summary>
    IEnumerable<Workflow> Workflows { get; }

    /// <summary>Where they are declared, for those who read a workflow's file.</summary>
    string WorkflowSource => Layout.BesideBuild("Build.Workflows.cs");

    /// <summary>Their files.</summary>
    sealed IEnumerable<GeneratedFile> WorkflowFiles
    {
        get
        {
            var writer = new WorkflowWriter($"{Layout.BuildCommand} {nameof(GenerateWorkflows)}", WorkflowSource);
            return Workflows.Select(writer.Write);
        }
    }

    /// <summary>Files of workflows that were declared once and are no more.</summary>
    sealed IEnumerable<AbsolutePath> ObsoleteWorkflows => (RootDirectory / ".github" / "workflows").GlobFiles("*.yml")
        .Where(file => Workflows.All(workflow => RootDirectory / workflow.Path != file))
        .Where(file => GeneratedFiles.TextOf(file).Contains($"# Generated from {WorkflowSource} ", StringComparison.Ordinal));

    /// <summary>Writes a file for each workflow, and removes those of workflows that are declared no more. Files that were written by hand stay.</summary>
    Target GenerateWorkflows => _ => _
        .Description("Writes .github/workflows from what the build declares")
        .Runs(this, () => GeneratedFiles.VerbOf(
            this, () => WorkflowFiles, () => ObsoleteWorkflows,
            () => EnsureAreReadAsync(nameof(GenerateWorkflows))));

    internal sealed Task EnsureAreReadAsync(string target) => RepositoryRoot.EnsureAsync(
        RootDirectory, target, "GitHub reads workflows in the root alone: write one there that runs this build.", Interruption.Token);
}
