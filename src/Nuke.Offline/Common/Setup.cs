namespace Nuke.Common;

/// <summary>Defines the target of a component that runs before those that depend on the component as their context.</summary>
public delegate ITargetDefinition Setup(ITargetDefinition definition);
