namespace Nuke.Common.Tooling;

/// <summary>Changes options: takes some and returns others.</summary>
public delegate T Configure<T>(T options);

/// <summary>Changes options with regard to a value.</summary>
public delegate TOptions Configure<TOptions, TValue>(TOptions options, TValue value);

/// <summary>Makes several options out of some: a tool is run once for each of them.</summary>
public delegate IEnumerable<T> CombinatorialConfigure<T>(T options);
