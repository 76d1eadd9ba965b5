using Acci.Delivery.Engines;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>A <c>docker</c> command that writes down how it was called, and answers as a shell script says: <c>$*</c> is what it was called with.</summary>
internal sealed class DockerStandIn : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DockerStandIn(string answer = "exit 0")
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var script = _folder.Combine("docker");
        File.WriteAllText(script, $"#!/bin/sh\necho \"$*\" >> '{Calls}'\n{answer}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Engine = new DockerEngine(script);
    }

    public DockerEngine Engine { get; }

    public string[] Called => File.Exists(Calls) ? File.ReadAllLines(Calls) : [];

    private string Calls => _folder.Combine("calls");

    public void Dispose() => _folder.Dispose();
}
