using System.Text.RegularExpressions;
using Acci.Delivery.Caching;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>What builds of a bench have made for their own use and not removed. Builds of anybody else are left out.</summary>
/// <param name="bench">The bench.</param>
/// <param name="temporary">The temporary folder of its builds alone.</param>
public sealed partial class Leavings(Bench bench, string temporary)
{
    private static readonly CacheDirectory Cache = CacheDirectory.Default;

    private readonly HashSet<string> _usual = [];
    private string[] _before = [];

    /// <summary>What lies in the checkout now is what builds leave there that end well.</summary>
    public void Learn() => _usual.UnionWith(Files().Select(Shape));

    /// <summary>What lies in the cache and in the temporary folder now was left by somebody else.</summary>
    public void Begin() => _before = [.. OfCache(), .. OfTemporary()];

    /// <summary>All that has been left since; empty where nothing was.</summary>
    public async Task<IReadOnlyList<string>> FindAsync() =>
    [
        .. Files().Where(x => !_usual.Contains(Shape(x))),
        .. OfTemporary().Except(_before),
        .. OfCache().Except(_before).Where(IsAbandoned),
        .. await AtEngineAsync($"ps --all --filter label=org.acci.session --format '{{{{.Label \"org.acci.session\"}}}} container {{{{.ID}}}}'"),
        .. await AtEngineAsync("image ls acci-smoke-test/* --format '{{.Tag}} image {{.Repository}}'"),
    ];

    /// <summary>Makes one of each kind, as a build that was killed would have left it.</summary>
    /// <returns>What is to be found.</returns>
    public async Task<IReadOnlyList<string>> PlantAsync()
    {
        var session = $"{Guid.NewGuid():n}"[..16];
        var (draft, folder, login) = (Path.Combine("artifacts", "images", $"{App.Name}.new-{session}"), Path.Combine(temporary, $"delivery-{session}"), Cache.Combine("logins", session));
        foreach (var made in (string[])[Path.Combine(bench.Checkout.Folder, draft), folder, login]) Directory.CreateDirectory(made);
        await File.WriteAllTextAsync(Path.Combine(login, "config.json"), $$"""{ "auths": { "{{bench.Registry.Domain}}": {} } }""");
        var image = $"{bench.Registry.Domain}/{bench.Published.Path}@{bench.Digest}";
        var container = await bench.ShellAsync($"{bench.Docker} pull --quiet {image} >/dev/null && {bench.Docker} tag {image} acci-smoke-test/{App.Name}:{session}-1 && {bench.Docker} create --label org.acci.session={session} {image}");
        Assert.True(container.Succeeded, container.StandardError);
        return [draft, folder, login, $"{session} container {container.StandardOutput.Trim()[..12]}", $"{session}-1 image acci-smoke-test/{App.Name}"];
    }

    /// <summary>Removes what <see cref="PlantAsync"/> has made.</summary>
    public async Task RemoveAsync(IReadOnlyList<string> planted)
    {
        foreach (var folder in planted.Take(3)) Directory.Delete(Path.Combine(bench.Checkout.Folder, folder), recursive: true);
        var (container, image) = (planted[3].Split(' ')[^1], planted[4].Split(' '));
        Assert.True((await bench.ShellAsync($"{bench.Docker} rm {container} && {bench.Docker} image rm {image[^1]}:{image[0]}")).Succeeded);
    }

    // The folders that git does not look at, without what the compiler makes there.
    private IEnumerable<string> Files() => new[] { "artifacts", "deploy", ".nuke" }.Select(x => Path.Combine(bench.Checkout.Folder, x)).Where(Directory.Exists)
        .SelectMany(x => Directory.EnumerateFileSystemEntries(x, "*", SearchOption.AllDirectories)).Select(x => Path.GetRelativePath(bench.Checkout.Folder, x))
        .Where(x => !x.Contains("/blobs/", StringComparison.Ordinal));

    private IEnumerable<string> OfTemporary() => Directory.EnumerateFileSystemEntries(temporary).Where(x => !OfDotNet().IsMatch(Path.GetFileName(x)));

    private static IEnumerable<string> OfCache() => new[] { "sessions", "logins", "tools", "bin", "stand-ins/records" }.Select(x => Cache.Combine(x)).Where(Directory.Exists)
        .SelectMany(Directory.EnumerateFileSystemEntries);

    // Another test's build may be at work beside this one: it holds its journal, its login is for another registry, and its drafts are complete soon.
    private bool IsAbandoned(string path) => Path.GetFileName(Path.GetDirectoryName(path)) switch
    {
        "sessions" => !IsHeld(path),
        "logins" => Read(Path.Combine(path, "config.json")) is not { } login || login.Contains(bench.Registry.Domain, StringComparison.Ordinal),
        _ => path.EndsWith(".draft", StringComparison.Ordinal) && DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > TimeSpan.FromSeconds(1),
    };

    // Each begins with the session that it belongs to, or is an image's tag that does.
    private async Task<IEnumerable<string>> AtEngineAsync(string question)
    {
        var answer = await bench.ShellAsync($"{bench.Docker} {question}");
        Assert.True(answer.Succeeded, answer.StandardError);
        return answer.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(x => !IsHeld(Cache.Combine("sessions", $"{x.Split(' ', '-')[0]}.journal")));
    }

    private static bool IsHeld(string journal)
    {
        try
        {
            using var opened = new FileStream(journal, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    // A name with a time, a digest or a random part is no other one each time.
    private static string Shape(string path) => Varying().Replace(path, "*");

    [GeneratedRegex("[0-9a-f]{16,}|[0-9]+")]
    private static partial Regex Varying();

    // What every program of .NET opens there and leaves when it is killed, and its locks between processes.
    [GeneratedRegex(@"\A(dotnet-diagnostic-\d+-.*-socket|clr-debug-pipe-\d+-.*|\.dotnet|NuGetScratch.*|MSBuildTemp.*|CoreFxPipe_.*)\z")]
    private static partial Regex OfDotNet();
}
