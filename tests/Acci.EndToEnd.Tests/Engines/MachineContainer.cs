using Acci.Delivery.Processes;

namespace Acci.EndToEnd.Tests.Engines;

/// <summary>A container with this machine's programs, and with a network, a home and other files of its own: a job's, or one in which an engine runs.</summary>
internal static class MachineContainer
{
    private const string Image = "machine";

    /// <summary>Its home.</summary>
    public const string Home = "/home/job";

    /// <summary>Starts one.</summary>
    /// <param name="engine">The engine that runs it.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="options">Options of <c>docker run</c>.</param>
    /// <param name="command">What it runs.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task StartAsync(EngineElsewhere engine, string name, IEnumerable<string> options, IEnumerable<string> command, CancellationToken cancellationToken)
    {
        var root = Directory.CreateDirectory(Path.Combine(engine.Folder, $"root-of-{name}")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "tmp"));
        // Docker's plugins are where its command looks for them.
        var plugins = Directory.CreateDirectory($"{root}{Home}/.docker").FullName;
        File.CreateSymbolicLink(Path.Combine(plugins, "cli-plugins"), Path.Combine(engine.Folder, "programs", "cli-plugins"));
        var mounts = new List<string> { "/usr:/usr:ro", "/etc:/etc:ro" };
        foreach (var folder in new[] { "bin", "sbin", "lib", "lib64" }.Where(x => Directory.Exists($"/{x}")))
        {
            if (new DirectoryInfo($"/{folder}").LinkTarget is { } target) File.CreateSymbolicLink(Path.Combine(root, folder), target);
            else mounts.Add($"/{folder}:/{folder}:ro");
        }

        // An image has no machine's identity.
        var none = Path.Combine(engine.Folder, "none");
        await File.WriteAllTextAsync(none, "", cancellationToken);
        if (File.Exists("/etc/machine-id")) mounts.Add($"{none}:/etc/machine-id:ro");
        mounts.Add($"{engine.Folder}/programs:{engine.Folder}/programs:ro");

        await CommandRunner.RunAsync(new Command("tar", "-C", root, "-cf", $"{root}.tar", "."), cancellationToken: cancellationToken);
        await engine.DockerAsync(cancellationToken, "import", $"{root}.tar", Image);
        await engine.DockerAsync(cancellationToken, ["run", "--detach", "--name", name, "--hostname", name, .. mounts.SelectMany(x => new[] { "--volume", x }), .. options, Image, .. command]);
        Assert.True(
            await engine.DockerAsync(cancellationToken, "container", "inspect", "--format", "{{.State.Status}}", name) is { } state && state.Trim() == "running",
            $"The container '{name}' does not run: {await engine.DockerAsync(cancellationToken, "logs", name)}");
    }
}
