namespace Acci.Components;

/// <summary>
/// A parameter that overrides a protection, lets findings pass or destroys something: it counts when it is typed or in a parameter file, and in the
/// environment only as <c>NUKE_</c> and its name, because <c>ALLOW_DIRTY=true</c> in somebody's environment is seldom meant for this build. That holds for its former names, too.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class TypedOnlyAttribute : Attribute;
