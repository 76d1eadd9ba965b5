namespace Nuke.Common;

/// <summary>Defines the target of a component that runs after those that depend on the component as their context.</summary>
public delegate ITargetDefinition Cleanup(ITargetDefinition definition);
