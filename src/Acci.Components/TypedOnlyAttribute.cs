namespace Acci.Components;

/// <summary>
/// A switch that overrides a protection or destroys something: it counts when it is typed, and in the environment only as <c>NUKE_</c> and its name, because
/// <c>FORCE=true</c> or <c>DELETE=true</c> in somebody's environment is seldom meant for this build.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TypedOnlyAttribute : Attribute;
