using Acci.Delivery.Processes;

namespace Acci.Delivery.Tests.Compose;

/// <summary>The real <c>docker compose</c>, which reads files without an engine.</summary>
internal static class DockerCompose
{
    /// <summary>A command; the test that calls this is skipped where no docker command has compose.</summary>
    public static async Task<Command> CommandAsync(params string[] arguments)
    {
        foreach (var docker in new[] { CacheDirectory.Default.Combine("bin", "docker"), Executables.Find("docker") }.Where(File.Exists))
        {
            if ((await CommandRunner.TryRunAsync(new Command(docker!, "compose", "version"))).Succeeded) return new Command(docker!, ["compose", .. arguments]);
        }

        Assert.Skip("There is no docker command with compose on this machine yet: ./build.sh BuildImages fetches one.");
        return null;
    }
}
