using Acci.Delivery.Caching;
using Acci.Delivery.Sessions;
using Acci.Testing;

namespace Acci.Delivery.Tests.Sessions;

/// <summary>A cache that a container's builds share with the machine's lies in another folder for each of them.</summary>
public sealed class MovedCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_a_killed_build_left_in_a_shared_cache_is_found_where_the_cache_is_now()
    {
        var (there, here) = (new CacheDirectory(_folder.Combine("container")), new CacheDirectory(_folder.Combine("machine")));
        using var session = new Session(there);
        Directory.CreateDirectory(there.Combine("logins", "killed"));
        using var inCache = session.Note(there.Combine("logins", "killed"));
        Directory.CreateDirectory(_folder.Combine("container-2"));
        using var beside = session.Note(_folder.Combine("container-2"));
        Directory.CreateDirectory(here.Path);
        foreach (var name in (string[])["logins", "sessions"]) await CopyAsync(there.Combine(name), here.Combine(name));

        var removed = await Session.RemoveAbandonedAsync(here, TestContext.Current.CancellationToken);

        Assert.Equal([here.Combine("logins", "killed"), _folder.Combine("container-2")], removed.Order(StringComparer.Ordinal).Reverse());
        Assert.False(Directory.Exists(here.Combine("logins", "killed")));
        Assert.True(Directory.Exists(there.Combine("logins", "killed")));
    }

    private static async Task CopyAsync(string from, string to)
    {
        // This process still holds the journal's lock, which a program of the system does not ask for.
        using var copy = System.Diagnostics.Process.Start("cp", ["-r", from, to]);
        await copy.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
