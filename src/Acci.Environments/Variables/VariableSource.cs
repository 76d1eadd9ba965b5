namespace Acci.Environments.Variables;

/// <summary>Where the value of a variable is found on the machine that starts an environment, when nobody sets it.</summary>
public abstract record VariableSource;

/// <summary>The last publish of one of the build's own images, by digest.</summary>
/// <param name="Image">The image's name, as the build declares it.</param>
public sealed record LastPublish(string Image) : VariableSource;

/// <summary>An image of somebody else's: the digest it is locked to, or that its tag has now.</summary>
/// <param name="Reference">The image's reference, with a tag.</param>
public sealed record UpstreamImage(string Reference) : VariableSource;

/// <summary>A file that this machine has for every build, such as its NuGet configuration.</summary>
/// <param name="Secret">The name under which image builds mount it: <c>nuget-config</c>, <c>ca-bundle</c>.</param>
public sealed record MachineFile(string Secret) : VariableSource;
