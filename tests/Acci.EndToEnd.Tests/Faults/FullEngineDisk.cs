using Acci.Delivery.Caching;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>The private engine keeps images and builds on a disk that has room for a part of them. Meanwhile it has none of those it had before.</summary>
public sealed record FullEngineDisk() : Fault("disk full: engine")
{
    private const int FreeMegabytes = 100;

    private static readonly string Paths = $"""
        set -e; exec 2>&1
        scripts={Path.Combine(SourceTree.Root, "src/Acci.Delivery/Engines/Scripts/engine")}; cache={CacheDirectory.Default.Path}
        data=$cache/engine/data; kept=$cache/engine/data.kept

        """;

    public override string? Obstacle => Environment.IsPrivilegedProcess ? null : "Only root can mount a small disk.";

    public override string Names(Bench bench, Step step) => "no space left on device";

    public override bool Meets(Step step) => step is PublishStep or ComposeStep;

    public override async Task BeginAsync(Bench bench, Step step) => await ShellAsync(bench, $"""
        bash $scripts/down.sh $cache; mv $data $kept
        small=$(mktemp -d); mount -t tmpfs -o size=8g tmpfs $small; ln -s $small $data
        bash $scripts/up.sh $cache >/dev/null 2>&1
        used=$(df --output=used -k $small | tail -n 1); mount -o "remount,size=$((used + {FreeMegabytes} * 1024))k" $small
        """);

    public override async Task EndAsync(Bench bench) => await ShellAsync(bench, "mount -o remount,size=8g $(readlink $data)");

    public override async Task LeaveAsync(Bench bench) => await ShellAsync(bench, """
        if [ -L $data ]; then bash $scripts/down.sh $cache; umount -l $(readlink $data); rmdir $(readlink $data); rm $data; mv $kept $data; fi
        # Or a build with another fault would start it, and it would keep that one's mounts.
        bash $scripts/up.sh $cache >/dev/null 2>&1
        """);

    private static async Task ShellAsync(Bench bench, string script) => Assert.Equal(0, (await bench.ShellAsync(Paths + script)).ExitCode);
}
