using System.Text.Json;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Signing;

/// <summary>A service that keyless signing asks.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Probe">What is asked for to see whether it answers.</param>
internal sealed record SigstoreService(string Name, Uri Address, Uri Probe)
{
    /// <summary>The variable of cosign's that names the TUF repository of a Sigstore of one's own.</summary>
    public const string Mirror = "TUF_MIRROR";

    // It gets a digest, and publishes nothing.
    private const string Timestamps = "Timestamp authority";
    private const string PublicDomain = "sigstore.dev";
    private const string PublicTuf = "https://tuf-repo-cdn.sigstore.dev";
    // Where it was before, as an old `cosign initialize` wrote it down.
    private const string FormerPublicTuf = "sigstore-tuf-root.storage.googleapis.com";

    private static readonly (string List, string Name)[] Lists =
        [("caUrls", "Fulcio"), ("rekorTlogUrls", "Rekor"), ("tsaUrls", Timestamps)];

    // What the public Sigstore's configuration leads to.
    private static readonly (string Name, string Address)[] Public =
        [("Fulcio", "https://fulcio.sigstore.dev"), ("Rekor", "https://rekor.sigstore.dev"), (Timestamps, "https://timestamp.sigstore.dev")];

    /// <summary>
    /// The services as far as they are known without signing: those of the signing configuration, else TUF, and of the public Sigstore those it leads to.
    /// </summary>
    public static IReadOnlyList<SigstoreService> Of(SigstoreFiles files, ProcessEnvironment environment)
    {
        var mirror = MirrorOf(environment);
        var services = new List<SigstoreService>();
        if (files.SigningConfig is { } config) services.AddRange(Read(config));
        else if (!IsOwn(mirror)) services.AddRange(Public.Select(x => At(x.Name, new Uri(x.Address))));
        if ((files.SigningConfig is null || files.TrustedRoot is null) && TryParseWeb(mirror ?? PublicTuf) is { } tuf)
            services.Add(new SigstoreService("TUF", tuf, new Uri($"{tuf.AbsoluteUri.TrimEnd('/')}/timestamp.json")));
        return services;
    }

    /// <summary>Whether signing leads to the public Sigstore: by default, and where a signing configuration or a mirror names it.</summary>
    public static bool IsPublic(SigstoreFiles files, ProcessEnvironment environment) =>
        files.SigningConfig is { } config ? InputFile.Exists(config) && Read(config).Any(x => x.Name != Timestamps && IsPublic(x.Address))
        : !IsOwn(MirrorOf(environment));

    /// <summary>Whether what was signed is verified with another Sigstore's trusted root than the public one, which every cosign knows.</summary>
    public static bool NeedsOwnRoot(SigstoreFiles files, ProcessEnvironment environment) =>
        files.TrustedRoot is not null || IsOwn(MirrorOf(environment));

    /// <summary>Whether a mirror is that of another Sigstore than the public one.</summary>
    public static bool IsOwn(string? mirror) => mirror is not null && !(TryParseWeb(mirror) is { } address && IsPublic(address));

    /// <summary>
    /// The TUF repository that cosign asks, where one is named: by <c>TUF_MIRROR</c>, else by an earlier <c>cosign initialize</c>. Source: cosign, pkg/cosign/tuf.go.
    /// </summary>
    public static string? MirrorOf(ProcessEnvironment environment) => environment.Find(Mirror) ?? Initialized(Path.Combine(TufCache.FolderOf(environment), "remote.json"));

    private static string? Initialized(string file)
    {
        if (!InputFile.Exists(file)) return null;
        try
        {
            using var remote = JsonDocument.Parse(InputFile.Read(file, 64 * 1024));
            return remote.RootElement.ValueKind == JsonValueKind.Object && remote.RootElement.TryGetProperty("mirror", out var mirror) && mirror.ValueKind == JsonValueKind.String
                ? mirror.GetString() : null;
        }
        catch (JsonException)
        {
            // cosign says so when it reads it.
            return null;
        }
    }

    private static bool IsPublic(Uri address) => address.Host is PublicDomain or FormerPublicTuf || address.Host.EndsWith($".{PublicDomain}", StringComparison.OrdinalIgnoreCase);

    /// <summary>An address that can be asked over http; null for any other, such as a folder's.</summary>
    public static Uri? TryParseWeb(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https" } ? address : null;

    private static SigstoreService At(string name, Uri address) => new(name, address, address);

    private static List<SigstoreService> Read(string config)
    {
        using var document = JsonDocument.Parse(InputFile.Read(config, 4 * 1024 * 1024));
        var found = new List<SigstoreService>();
        foreach (var (list, name) in Lists)
        {
            if (!document.RootElement.TryGetProperty(list, out var entries) || entries.ValueKind != JsonValueKind.Array) continue;
            found.AddRange(
                from entry in entries.EnumerateArray()
                where entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String
                let address = TryParseWeb(entry.GetProperty("url").GetString())
                where address is not null
                select At(name, address));
        }

        return found;
    }
}
