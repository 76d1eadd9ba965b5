using Acci.Testing;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>All that is tried: each fault with each step that can meet it.</summary>
public static class FaultList
{
    private const string OverlayOfCache = """
        small=$(mktemp -d)
        mount -t tmpfs -o size=128k tmpfs $small
        mkdir $small/run $small/up $small/work
        mount --bind $cache/engine/run $small/run
        mount -t overlay -o lowerdir=$cache,upperdir=$small/up,workdir=$small/work overlay $cache
        mount --bind $small/run $cache/engine/run
        """;

    /// <summary>The steps.</summary>
    public static IReadOnlyList<Step> Steps { get; } =
        [new PublishStep(), new PromoteStep(), new UploadStep(), new PruneStep(), new ComposeStep(), new StackStep()];

    /// <summary>The faults.</summary>
    public static IReadOnlyList<Fault> Faults { get; } =
    [
        new SignalFault("KILL", ToAll: true), new SignalFault("KILL", ToAll: false),
        new SignalFault("INT", ToAll: true), new SignalFault("TERM", ToAll: false), new SignalFault("HUP", ToAll: true),
        new RegistryKilled(), new EngineKilled(),
        new FullDisk("artifacts", bench => Path.Combine(bench.Checkout.Folder, "artifacts"), 8),
        new FullDisk("registry", bench => bench.Server.Data, 16),
        new FullEngineDisk(),
        new StartedWith("disk full: TMPDIR", "small=$(mktemp -d)\nmount -t tmpfs -o size=4k tmpfs $small\nhead -c 4096 /dev/zero > $small/full\nexport TMPDIR=$small", "No space left on device"),
        new StartedWith("disk full: cache", OverlayOfCache, "No space left on device"),
        new StartedWith("read-only checkout", "mount --bind \"$root\" \"$root\"\nmount -o remount,bind,ro \"$root\"", "read-only file system"),
        new StartedWith("read-only HOME", "mount --bind \"$HOME\" \"$HOME\"\nmount -o remount,bind,ro \"$HOME\"", "read-only file system"),
        new NetworkFaultOfStep("dropped connections", new NetworkFault.Drop()),
        new NetworkFaultOfStep("two dropped connections", new NetworkFault.Drop(), 2),
        new NetworkFaultOfStep("1 kB/s", new NetworkFault.Trickle(1000), 6),
        new NetworkFaultOfStep("no answer", new NetworkFault.Delay(Timeout.InfiniteTimeSpan)),
        new NetworkFaultOfStep("garbage", new NetworkFault.Answer(200, Body: "\u0001\u0002{\"garbage\": [")),
        .. ((int[])[401, 403, 404, 409, 413, 429, 500, 503, 507]).Select(status => new NetworkFaultOfStep($"{status}", new NetworkFault.Answer(status))),
        new NetworkFaultOfStep("two 503", new NetworkFault.Answer(503), 2),
        new ClockJump("the clock jumps two days on", "+2d"), new ClockJump("the clock jumps two days back", "-2d"),
        new SecondBuild(),
    ];

    /// <summary>Those that always run: each in some seconds, and beside other tests.</summary>
    public static IReadOnlyList<(string Fault, string Step)> Default { get; } =
    [
        ("SIGKILL to the build and all it started", "Publish"), ("disk full: artifacts", "Publish"), ("SIGINT to the build and all it started", "PromoteImages"), ("503", "UploadSarif"),
    ];
}
