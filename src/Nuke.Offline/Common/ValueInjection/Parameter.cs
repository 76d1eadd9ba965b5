using System.Reflection;

namespace Nuke.Common.ValueInjection;

/// <summary>A parameter of the build.</summary>
internal sealed record Parameter(MemberInfo Member, ParameterAttribute Attribute)
{
    public string Name { get; } = ParameterService.NameOf(Member, Attribute);

    /// <summary>Whether every build has it.</summary>
    public bool IsEngines => Member.DeclaringType == typeof(NukeBuild);
}
