using System.Reflection;
using Acci.Delivery;
using Acci.Generation.RunConfigurations;
using Nuke.Common;
using Nuke.Common.CI.GitHubActions;
using Nuke.Common.Execution;

namespace Acci.Components;

/// <summary>What can be typed after the command that runs a build, from the build's declarations alone: files generated from it are the same on both engines.</summary>
internal static class DeclaredCommands
{
    // The hosts that both engines know.
    private static readonly string[] Hosts = [nameof(GitHubActions), nameof(Terminal)];

    /// <summary>The targets and parameters of a build.</summary>
    public static BuildCommands Of(INukeBuild build, RepositoryLayout layout)
    {
        var targets = ExecutableTargets.Of(build).Select(x => new BuildTarget(x.Name, x.Description ?? "", x.IsDefault)).ToArray();
        var parameters = Parameters.Of(build.GetType()).Values.OfType<MemberInfo>().Select(x => Parameter(x, [.. targets.Select(target => target.Name)]));
        return new BuildCommands(targets, [.. parameters.OrderBy(x => x.Name, StringComparer.Ordinal)])
        {
            BuildCommand = layout.BuildCommand,
            Build = new DebuggedProgram("Build", layout.BuildProject, layout.BesideBuild($"bin/Debug/{Path.GetFileNameWithoutExtension(layout.BuildProject)}.dll")),
            Completions = layout.BesideBuild("completions"),
        };
    }

    private static BuildParameter Parameter(MemberInfo member, string[] targets)
    {
        var name = Parameters.NameOf(member);
        return new BuildParameter(BuildParameter.Typed(name), Parameters.Describe(member))
        {
            IsSwitch = Parameters.ValueType(member) == typeof(bool),
            Values = Parameters.IsEngines(member) && name is "Target" or "Skip" ? targets
                : Parameters.ValueType(member) == typeof(Host) ? Hosts
                : ParameterValues.Of(member),
        };
    }
}
