using Acci.Generation;
using Acci.Generation.RunConfigurations;
using Nuke.Common;
using Nuke.Common.IO;

namespace Acci.Components;

/// <summary>Writes run configurations for editors, and completions for shells.</summary>
public interface IGenerateRunConfigurations : IHazDryRun, IHazLayout
{
    /// <summary>What is started with a debugger, beside the build itself.</summary>
    IEnumerable<DebuggedProgram> DebuggedPrograms => [];

    /// <summary>The files.</summary>
    sealed IEnumerable<GeneratedFile> RunConfigurationFiles => Acci.Generation.RunConfigurations.RunConfigurationFiles.Of(
        DeclaredCommands.Of(this, Layout),
        [.. DebuggedPrograms]);

    /// <summary>Rider's configurations of targets that there were once and are no more.</summary>
    sealed IEnumerable<AbsolutePath> ObsoleteRunConfigurations => (RootDirectory / RiderConfigurations.Folder).GlobFiles($"*{RiderConfigurations.Ending}")
        .Where(file => RunConfigurationFiles.All(written => RootDirectory / written.Path != file))
        .Where(file => RiderConfigurations.IsOfTarget(GeneratedFiles.TextOf(file), Layout.BuildProject));

    /// <summary>
    /// Writes a run configuration for each target, for Rider, Visual Studio Code and Visual Studio, and completions for bash, zsh, fish and PowerShell; removes those of
    /// targets that are no more. Configurations of anybody's own stay.
    /// </summary>
    Target GenerateRunConfigurations => _ => _
        .Description("Writes run configurations for Rider, VS Code and Visual Studio, and completions for four shells")
        .Runs(this, () => GeneratedFiles.VerbOf(this, () => RunConfigurationFiles, () => ObsoleteRunConfigurations));
}
