using Acci.Delivery.Engines;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>
/// A <c>docker</c> command that writes down how it was called, and answers as a shell script says: <c>$*</c> is what it was called with. It sees the folders of this machine
/// that it is asked for, where the script does not say otherwise.
/// </summary>
internal sealed class DockerStandIn : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // From the folder that the last container mounts.
    private const string Copies = """
        if [ "$1" = cp ]; then
            folder=$(grep -o 'src=[^,]*,dst=/folder' "$CALLS" | tail -1)
            folder=${folder#src=}
            cp "${folder%,dst=*}/${2##*/}" "$3"
        fi
        """;

    public DockerStandIn(string answer = "")
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var script = _folder.Combine("docker");
        File.WriteAllText(script, $"#!/bin/sh\nCALLS='{Calls}'\necho \"$*\" >> \"$CALLS\"\n{answer}\n{Copies}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Engine = new DockerEngine(script);
    }

    public DockerEngine Engine { get; }

    public string[] Called => File.Exists(Calls) ? File.ReadAllLines(Calls) : [];

    private string Calls => _folder.Combine("calls");

    public void Dispose() => _folder.Dispose();
}
