using System.Security.Cryptography;
using System.Text;

namespace Acci.Delivery.Engines;

/// <summary>A file of the private engine's scripts, as this assembly carries it.</summary>
/// <param name="Path">Where it lies below the scripts' folder: <c>engine/lib/apt.sh</c>.</param>
/// <param name="Content">What is in it.</param>
internal sealed record EmbeddedScript(string Path, byte[] Content)
{
    private const string Prefix = "scripts/";
    private static readonly Lazy<IReadOnlyList<EmbeddedScript>> Embedded = new(ReadAll);

    /// <summary>All of them, by path.</summary>
    public static IReadOnlyList<EmbeddedScript> All => Embedded.Value;

    /// <summary>A program starts with the two characters that name its interpreter; what is sourced or read does not.</summary>
    public bool IsProgram => Content.AsSpan().StartsWith("#!"u8);

    /// <summary>What tells one state of the files from every other: 16 hexadecimal digits.</summary>
    public static string HashOf(IEnumerable<EmbeddedScript> scripts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var script in scripts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{script.Path}\n{script.Content.Length}\n"));
            hash.AppendData(script.Content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static EmbeddedScript[] ReadAll()
    {
        var assembly = typeof(EmbeddedScript).Assembly;
        return
        [
            // A build on Windows writes its own separator into the name.
            .. assembly.GetManifestResourceNames().Select(name => (Name: name, Path: name.Replace('\\', '/')))
                .Where(x => x.Path.StartsWith(Prefix, StringComparison.Ordinal)).OrderBy(x => x.Path, StringComparer.Ordinal)
                .Select(x => new EmbeddedScript(x.Path[Prefix.Length..], Read(x.Name))),
        ];

        byte[] Read(string name)
        {
            using var content = new MemoryStream();
            using var resource = assembly.GetManifestResourceStream(name)!;
            resource.CopyTo(content);
            return content.ToArray();
        }
    }
}
