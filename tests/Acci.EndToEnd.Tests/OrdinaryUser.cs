using System.Diagnostics;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>
/// A user who is not root, on a machine that is prepared for rootless engines. The files that say so are mounted over this machine's for this user's processes alone.
/// </summary>
public sealed class OrdinaryUser : IAsyncDisposable
{
    private const string Id = "54321";

    // In a mount namespace of its own. A device does not work in every folder for temporary files.
    private const string Script = """
        set -e
        for file in passwd subuid subgid; do mount --bind "$1/etc/$file" "/etc/$file"; done
        mount -t tmpfs -o mode=755 tmpfs "$1/dev"
        mknod -m 666 "$1/dev/tun" c 10 200
        mount --bind "$1/dev/tun" /dev/net/tun
        cd "$2"
        shift 2
        exec setpriv --reuid=54321 --regid=54321 --clear-groups "$@" 2>&1
        """;

    private readonly TemporaryDirectory _folder = new();

    private OrdinaryUser()
    {
        foreach (var folder in new[] { "etc", "dev", "home" }) Directory.CreateDirectory(Path.Combine(_folder.Path, folder));
        File.WriteAllText(Path.Combine(_folder.Path, "etc", "passwd"), $"{File.ReadAllText("/etc/passwd")}ordinary:x:{Id}:{Id}::{Home}:/bin/sh\n");
        foreach (var file in new[] { "subuid", "subgid" }) File.WriteAllText(Path.Combine(_folder.Path, "etc", file), "ordinary:1000000:65536\n");
    }

    /// <summary>Why there can be none here; null where there can.</summary>
    public static string? Obstacle =>
        !OperatingSystem.IsLinux() || !System.Environment.IsPrivilegedProcess ? "only root becomes another user, on Linux"
        : !File.Exists("/dev/net/tun") ? "this machine has no /dev/net/tun"
        : new[] { "/etc/subuid", "/etc/subgid" }.FirstOrDefault(x => !File.Exists(x)) is { } missing ? $"there is no {missing} here"
        : new[] { "unshare", "setpriv", "mknod", "newuidmap", "newgidmap" }.FirstOrDefault(x => Executables.Find(x) is null) is { } program ? $"there is no '{program}' here"
        : null;

    /// <summary>The user's own folder.</summary>
    public string Home => Path.Combine(_folder.Path, "home");

    /// <summary>The user's checkout of this repository.</summary>
    public string Checkout => Path.Combine(Home, "acci");

    /// <summary>A user with a copy of a checkout and of what a publish left in it.</summary>
    /// <param name="checkout">The checkout.</param>
    /// <param name="artifacts">The folder <c>artifacts</c> to go with it.</param>
    /// <param name="cancellationToken">Ends the copying.</param>
    public static async Task<OrdinaryUser> WithAsync(Checkout checkout, string artifacts, CancellationToken cancellationToken)
    {
        var user = new OrdinaryUser();
        await CommandRunner.RunAsync(new Command("cp", "-a", checkout.Folder, user.Checkout), cancellationToken: cancellationToken);
        await CommandRunner.RunAsync(new Command("cp", "-a", artifacts, Path.Combine(user.Checkout, "artifacts")), cancellationToken: cancellationToken);
        // The clone shares its objects with a repository that this user may not read.
        await SharedClone.DetachAsync(user.Checkout, cancellationToken);
        await CommandRunner.RunAsync(new Command("chown", "-R", $"{Id}:{Id}", user.Home), cancellationToken: cancellationToken);
        await CommandRunner.RunAsync(new Command("chmod", "755", user._folder.Path), cancellationToken: cancellationToken);
        return user;
    }

    /// <summary>Runs <c>./build.sh</c> in the user's checkout.</summary>
    public async Task<BuildRun> BuildAsync(string arguments, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var result = await RunAsync(["bash", "-c", $"exec ./build.sh {arguments}"], cancellationToken);
        return new BuildRun(arguments, result.ExitCode, ConsoleText.Plain(result.StandardOutput), watch.Elapsed);
    }

    /// <summary>Runs a command as the user. Its standard output holds all that it prints.</summary>
    public Task<CommandResult> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var variables = EndToEnd.Tests.Checkout.Variables(new Dictionary<string, string?>
        {
            ["HOME"] = Home, ["USER"] = "ordinary", ["XDG_CACHE_HOME"] = null, ["XDG_CONFIG_HOME"] = null, ["ACCI_CACHE"] = null, ["TMPDIR"] = null, ["DOCKER_HOST"] = null,
        });
        var unshare = new Command("unshare", ["--mount", "--propagation", "private", "--", "sh", "-c", Script, "sh", _folder.Path, Checkout, .. command]);
        return CommandRunner.TryRunAsync(unshare with { Environment = variables }, cancellationToken: cancellationToken);
    }

    /// <summary>The programs that run as this user, or as a user of its containers.</summary>
    public static string[] Processes() =>
        [.. Directory.EnumerateDirectories("/proc").Select(x => Path.GetFileName(x)).Where(x => int.TryParse(x, out _)).Select(ProgramOf).OfType<string>()];

    public async ValueTask DisposeAsync()
    {
        await BuildAsync("StopEngine --purge-engine", CancellationToken.None);
        _folder.Dispose();
    }

    // What has ended and was not waited for yet has no program.
    private static string? ProgramOf(string process)
    {
        try
        {
            var user = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
            var isOurs = user == Id || int.Parse(user, System.Globalization.CultureInfo.InvariantCulture) is >= 1_000_000 and < 1_065_536;
            return isOurs && File.ReadAllText($"/proc/{process}/cmdline") is { Length: > 0 } line ? line.Replace('\0', ' ') : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
