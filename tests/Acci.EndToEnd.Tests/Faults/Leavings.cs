using System.Text.RegularExpressions;
using Acci.Delivery.Caching;
using Acci.Delivery.Processes;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>What builds of a bench have made for their own use and not removed. Builds of anybody else are left out.</summary>
/// <param name="bench">The bench.</param>
/// <param name="temporary">The temporary folder of its builds alone.</param>
public sealed partial class Leavings(Bench bench, string temporary)
{
    private static readonly CacheDirectory Cache = CacheDirectory.Default;
    private static readonly string Keys = CacheDirectory.KeyDirectoryOf(ProcessEnvironment.Read());

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
        string[] folders = [draft, $"docker-bake.json.{session}.draft", folder, login, Cache.Combine("scripts", $"new.{session}"), Path.Combine(Keys, $".new-{session}")];
        foreach (var made in folders.Select(x => Path.Combine(bench.Checkout.Folder, x)))
        {
            Directory.CreateDirectory(made);
            // What is being made is no other build's leaving.
            Directory.SetLastWriteTimeUtc(made, DateTime.UtcNow.AddMinutes(-1));
        }

        await File.WriteAllTextAsync(Path.Combine(login, "config.json"), $$"""{ "auths": { "{{bench.Registry.Domain}}": {} } }""");
        var image = $"{bench.Registry.Domain}/{bench.Published.Path}@{bench.Digest}";
        var container = await bench.ShellAsync($"{bench.Docker} pull --quiet {image} >/dev/null && {bench.Docker} tag {image} acci-smoke-test/{App.Name}:{session}-1 && {bench.Docker} create --label org.acci.session={session} {image}");
        Assert.True(container.Succeeded, container.StandardError);
        return [.. folders, $"{session} container {container.StandardOutput.Trim()[..12]}", $"{session}-1 image acci-smoke-test/{App.Name}"];
    }

    /// <summary>Removes what <see cref="PlantAsync"/> has made.</summary>
    public async Task RemoveAsync(IReadOnlyList<string> planted)
    {
        foreach (var folder in planted.SkipLast(2)) Directory.Delete(Path.Combine(bench.Checkout.Folder, folder), recursive: true);
        var (container, image) = (planted[^2].Split(' ')[^1], planted[^1].Split(' '));
        Assert.True((await bench.ShellAsync($"{bench.Docker} rm {container} && {bench.Docker} image rm {image[^1]}:{image[0]}")).Succeeded);
    }

    // The root, and the folders that git does not look at, without what the compiler makes there.
    private IEnumerable<string> Files() => new[] { "artifacts", "deploy", ".nuke" }.Select(x => Path.Combine(bench.Checkout.Folder, x)).Where(Directory.Exists)
        .SelectMany(x => Directory.EnumerateFileSystemEntries(x, "*", SearchOption.AllDirectories)).Concat(Directory.EnumerateFileSystemEntries(bench.Checkout.Folder)).Select(x => Path.GetRelativePath(bench.Checkout.Folder, x))
        .Where(x => !x.Contains("/blobs/", StringComparison.Ordinal));

    private IEnumerable<string> OfTemporary() => Directory.EnumerateFileSystemEntries(temporary).Where(x => !OfDotNet().IsMatch(Path.GetFileName(x)));

    private static IEnumerable<string> OfCache() => new[] { "sessions", "logins", "tools", "bin", "scripts", "stand-ins/records" }.Select(x => Cache.Combine(x)).Append(Keys).Where(Directory.Exists)
        .SelectMany(Directory.EnumerateFileSystemEntries);

    // Another test's build may be at work beside this one: it holds its journal, its login is for another registry, and its drafts are complete soon.
    private bool IsAbandoned(string path) => Path.GetFileName(Path.GetDirectoryName(path)) switch
    {
        "sessions" => !IsHeld(path),
        "logins" => Read(Path.Combine(path, "config.json")) is not { } login || login.Contains(bench.Registry.Domain, StringComparison.Ordinal),
        _ => IsDraft(Path.GetFileName(path)) && DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > TimeSpan.FromSeconds(1),
    };

    private static bool IsDraft(string name) => name.EndsWith(".draft", StringComparison.Ordinal) || name.StartsWith("new.", StringComparison.Ordinal) || name.StartsWith(".new-", StringComparison.Ordinal);

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
