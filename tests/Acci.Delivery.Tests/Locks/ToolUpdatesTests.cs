using System.Text;
using Acci.Delivery.Locks;
using Acci.Delivery.Scanning;
using Acci.Delivery.Tests.GitHub;
using Acci.GitHub.StandIn;

namespace Acci.Delivery.Tests.Locks;

public class ToolUpdatesTests : GitHubFixture
{
    private const string Address = "https://github.com/octo/tool/releases/download/v1.0.0";

    private static readonly string New = new('b', 64);

    private static readonly ToolLocks.ToolLock Tool = new()
    {
        Version = "1.0.0",
        Checksums = $"{Address}/tool_1.0.0_checksums.txt",
        Archives = new Dictionary<string, ToolLocks.ToolArchive>
        {
            ["linux/amd64"] = new($"{Address}/tool_1.0.0_linux.tar.gz", new string('a', 64)),
            ["windows/amd64"] = new($"{Address}/tool_1.0.0_windows.zip", null),
        },
        Image = "ghcr.io/octo/tool@sha256:" + new string('c', 64),
    };

    private readonly List<LockChange> _changes = [];
    private int _releases;

    [Fact]
    public async Task A_newer_release_is_pinned_with_the_checksums_its_maker_lists()
    {
        Release("v1.1.0", TimeSpan.FromDays(30), $"{New}  tool_1.1.0_linux.tar.gz\n{New}  other.txt\n");

        var found = await FindAsync();

        Assert.Equal(("1.1.0", Address.Replace("1.0.0", "1.1.0", StringComparison.Ordinal) + "/tool_1.1.0_checksums.txt", null), (found.Version, found.Checksums, found.Image));
        Assert.Equal((New, null), (found.Archives["linux/amd64"].Sha256, found.Archives["windows/amd64"].Sha256));
        Assert.EndsWith("/v1.1.0/tool_1.1.0_linux.tar.gz", found.Archives["linux/amd64"].Url, StringComparison.Ordinal);
        Assert.Equal("tool: 1.0.0 → 1.1.0 (1 checksums)", Assert.Single(_changes).ToString());
    }

    [Theory]
    [InlineData("v1.1.0", 1, "tool_1.1.0_linux.tar.gz", "out for 1 days only")]
    [InlineData("v1.1.0", 30, "other.tar.gz", "no checksum for tool_1.1.0_linux.tar.gz")]
    public async Task What_is_too_young_or_lists_too_little_is_left_alone(string tag, int days, string listed, string reason)
    {
        Release(tag, TimeSpan.FromDays(days), $"{New}  {listed}\n");

        Assert.Same(Tool, await FindAsync());
        Assert.Contains(reason, Assert.Single(_changes).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_malicious_version_is_passed_over()
    {
        Release("v1.1.0", TimeSpan.FromDays(30), $"{New}  tool_1.1.0_linux.tar.gz\n");
        Release("v1.2.0", TimeSpan.FromDays(30), $"{New}  tool_1.2.0_linux.tar.gz\n");

        Assert.Equal("1.1.0", (await FindAsync("1.2.0")).Version);
    }

    [Fact]
    public async Task Checksums_that_were_missing_are_added_to_the_version_that_is_pinned()
    {
        Release("v1.0.0", TimeSpan.FromDays(1), $"{new string('a', 64)}  tool_1.0.0_linux.tar.gz\n{New}  tool_1.0.0_windows.zip\n");

        var found = await FindAsync();

        Assert.Equal((Tool.Version, Tool.Image, New), (found.Version, found.Image, found.Archives["windows/amd64"].Sha256));
        Assert.Equal(Tool.Archives["linux/amd64"], found.Archives["linux/amd64"]);
        Assert.Equal("tool: 1.0.0 (1 checksums) → 1.0.0 (2 checksums)", Assert.Single(_changes).ToString());
    }

    [Fact]
    public async Task A_checksum_that_became_another_one_is_not_followed()
    {
        Release("v1.0.0", TimeSpan.FromDays(30), $"{New}  tool_1.0.0_linux.tar.gz\n{New}  tool_1.0.0_windows.zip\n");

        Assert.Same(Tool, await FindAsync());
        Assert.Contains("another checksum for tool_1.0.0_linux.tar.gz", Assert.Single(_changes).Text, StringComparison.Ordinal);
    }

    private Task<ToolLocks.ToolLock> FindAsync(string malicious = "0.0.1") =>
        new ToolUpdates(Connect(), TimeSpan.FromDays(7)) { IsMalicious = version => version.ToString() == malicious }.FindAsync("tool", Tool, _changes.Add, Cancellation);

    private void Release(string tag, TimeSpan age, string checksums)
    {
        var release = new Release(++_releases) { TagName = tag, Name = tag, TargetCommitish = "main", PublishedAt = DateTimeOffset.UtcNow - age };
        release.Assets.Add(new ReleaseAsset(100 + _releases, $"tool_{tag[1..]}_checksums.txt", "text/plain", Encoding.UTF8.GetBytes(checksums)));
        GitHub.AddRepository("octo/tool").Releases.Add(release);
    }
}
