using Acci.Delivery.Processes;

namespace Acci.Delivery.Engines;

/// <summary>
/// What a user needs to run an engine without root, and what only root can set up. Source: https://docs.docker.com/engine/security/rootless, Prerequisites; subuid(5);
/// slirp4netns(1).
/// </summary>
/// <param name="Root">The folder that holds <c>etc</c>, <c>proc</c> and <c>dev</c>.</param>
/// <param name="User">The user's name.</param>
/// <param name="UserId">The user's number.</param>
/// <param name="FindProgram">Finds a program on the PATH; null if it is not installed.</param>
internal sealed record RootlessSetup(string Root, string User, string UserId, Func<string, string?> FindProgram)
{
    private const int Range = 65536;
    private const long FirstId = 100_000, LastId = uint.MaxValue - 1;

    private static readonly (string File, string Option)[] Ids = [("subuid", "--add-subuids"), ("subgid", "--add-subgids")];

    /// <summary>That of this machine, for the user who runs this.</summary>
    public static RootlessSetup OfMachine() => new("/", System.Environment.UserName, IdOfUser(), program => Executables.Find(program));

    /// <summary>Why no engine can run here without root, with the commands that change it; null where one can.</summary>
    public string? Obstacle => User.Length == 0
        ? $"the private engine needs root, or a user with a name: /etc/passwd does not know the user {UserId}"
        // Programs such as newuidmap then do not get root's rights. Source: Linux, Documentation/userspace-api/no_new_privs.rst.
        : Read("proc/self/status").Split('\n').Any(line => line.Split(':', StringSplitOptions.TrimEntries) is ["NoNewPrivs", "1"])
        ? "the private engine needs root, or a process that may get more rights: this one may not (no_new_privs, as of Kubernetes' `allowPrivilegeEscalation: false` or docker's `--security-opt no-new-privileges`)"
        : MissingOptions.Any() && FreeId() is null
        ? $"the private engine needs root, or {Range} user and group IDs in a row for {User}, and /etc/subuid and /etc/subgid leave no such range free (remove a range that nobody needs)"
        : MissingCommands() is { Count: > 0 } commands
        ? $"the private engine needs root, or a machine prepared for rootless engines (run once, as root: `{string.Join(" && ", commands)}`)"
        : null;

    /// <summary>The commands that root has to run before this user can run an engine; none where all is there.</summary>
    public IReadOnlyList<string> MissingCommands()
    {
        var commands = new List<string>();
        if (FindProgram("newuidmap") is null || FindProgram("newgidmap") is null) commands.Add("apt-get install --yes uidmap");
        if (MissingOptions.Any() && FreeId() is { } first)
            commands.Add($"usermod {string.Join(' ', MissingOptions.Select(option => $"{option} {first}-{first + Range - 1}"))} {Command.Quote(User)}");

        if (Setting("kernel/unprivileged_userns_clone") == "0") commands.Add("sysctl -w kernel.unprivileged_userns_clone=1");
        if (Setting("kernel/apparmor_restrict_unprivileged_userns") == "1") commands.Add("sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
        if (Setting("user/max_user_namespaces") == "0") commands.Add("sysctl -w user.max_user_namespaces=28633");
        if (!File.Exists(Tun)) commands.Add("modprobe tun");
        else if (!CanOpen(Tun)) commands.Add("chmod 0666 /dev/net/tun");
        return commands;
    }

    private IEnumerable<string> MissingOptions => Ids.Where(x => !HasRange(x.File)).Select(x => x.Option);

    private string Tun => Path.Combine(Root, "dev", "net", "tun");

    // Containers have users up to 65535, and RootlessKit puts all ranges of a user together.
    private bool HasRange(string file) => Ranges(file).Where(x => x.User == User || x.User == UserId).Sum(x => x.Count) >= Range;

    private long? FreeId()
    {
        var taken = Ids.SelectMany(x => Ranges(x.File)).ToList();
        return taken.Select(x => x.First + x.Count).Append(FirstId).Order().Select(x => (long?)x)
            .FirstOrDefault(first => first >= FirstId && first + Range - 1 <= LastId && !taken.Exists(x => first < x.First + x.Count && x.First < first + Range));
    }

    private IEnumerable<(string User, long First, long Count)> Ranges(string file)
    {
        foreach (var line in Read($"etc/{file}").Split('\n'))
        {
            if (line.Trim().Split(':') is [var user, var first, var count] && long.TryParse(first, out var start) && long.TryParse(count, out var length))
                yield return (user, start, length);
        }
    }

    // The line is `Uid:` and four numbers, of which the first is the real one. Source: proc_pid_status(5).
    private static string IdOfUser() =>
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];

    private string Setting(string name) => Read($"proc/sys/{name}").Trim();

    private string Read(string file) => Path.Combine(Root, file) is var path && File.Exists(path) ? File.ReadAllText(path) : "";

    private static bool CanOpen(string device)
    {
        try
        {
            using var opened = File.Open(device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
