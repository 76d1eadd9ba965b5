using System.Reflection;
using Nuke.Common.Utilities;

namespace Nuke.Common.Tooling;

/// <summary>A tool in the directories of <c>PATH</c>; without a name, the one named like the member in lower case.</summary>
public class PathVariableAttribute : ToolInjectionAttributeBase
{
    private readonly string _pathExecutable;

    /// <summary>Takes the name of the executable.</summary>
    public PathVariableAttribute(string pathExecutable = null) => _pathExecutable = pathExecutable;

    /// <inheritdoc/>
    public override ToolRequirement GetRequirement(MemberInfo member) => new PathToolRequirement(Executable(member));

    /// <inheritdoc/>
    public override object GetValue(MemberInfo member, object instance) => ToolResolver.GetEnvironmentOrPathTool(Executable(member));

    private string Executable(MemberInfo member) => _pathExecutable ?? member.ShortName().ToLowerInvariant();
}
