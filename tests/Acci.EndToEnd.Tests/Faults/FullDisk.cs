using System.Text.RegularExpressions;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>A folder lies on a disk with next to nothing free.</summary>
/// <param name="Place">As the table calls it.</param>
/// <param name="FolderOf">The folder.</param>
/// <param name="Free">How much is free, in KiB.</param>
public sealed record FullDisk(string Place, Func<Bench, string> FolderOf, int Free) : Fault($"disk full: {Place}")
{
    public override string? Obstacle => Environment.IsPrivilegedProcess ? null : "Only root can mount a small disk.";

    // A registry does not say what it lacks.
    public override string Names(Bench bench, Step step) => Place == "registry" ? Regex.Escape(bench.Registry.Domain) : "No space left on device";

    public override bool Meets(Step step) => Place != "registry" || step is TagStep;

    // What is there is on the small disk, too.
    public override async Task BeginAsync(Bench bench, Step step) => Assert.Equal("", (await bench.ShellAsync($"""
        set -e; exec 2>&1; folder={FolderOf(bench)}; mkdir -p "$folder"; kept=$(mktemp -d)
        cp -a "$folder/." "$kept"; mount -t tmpfs -o size=2g tmpfs "$folder"; cp -a "$kept/." "$folder"; rm -rf "$kept"
        used=$(df --output=used -k "$folder" | tail -n 1); mount -o "remount,size=$((used + {Free}))k" "$folder"
        """)).StandardOutput);

    public override async Task EndAsync(Bench bench) => await bench.ShellAsync($"mount -o remount,size=2g {FolderOf(bench)}");

    public override async Task LeaveAsync(Bench bench) => Assert.Equal("", (await bench.ShellAsync($"""
        set -e; exec 2>&1; folder={FolderOf(bench)}; kept=$(mktemp -d); cp -a "$folder/." "$kept"; umount -l "$folder"
        find "$folder" -mindepth 1 -delete; cp -a "$kept/." "$folder"; rm -rf "$kept"
        """)).StandardOutput);
}
