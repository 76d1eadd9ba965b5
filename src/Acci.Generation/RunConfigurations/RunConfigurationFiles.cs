namespace Acci.Generation.RunConfigurations;

/// <summary>The files by which editors and shells know what a build can do.</summary>
public static class RunConfigurationFiles
{
    /// <summary>All of them: Rider's, Visual Studio Code's, Visual Studio's, and the completions of bash, zsh, fish and PowerShell.</summary>
    /// <param name="commands">What the build can do.</param>
    /// <param name="programs">What is started with a debugger, beside the build.</param>
    public static IReadOnlyList<GeneratedFile> Of(BuildCommands commands, IReadOnlyList<DebuggedProgram> programs) =>
    [
        .. RiderConfigurations.Of(commands, programs),
        VisualStudioCode.Tasks(commands, programs),
        VisualStudioCode.Launch(commands, programs),
        VisualStudioProfiles.Of(commands),
        .. programs.Select(VisualStudioProfiles.Of),
        BashCompletion.Of(commands),
        ZshCompletion.Of(commands),
        FishCompletion.Of(commands),
        PowerShellCompletion.Of(commands),
    ];
}
