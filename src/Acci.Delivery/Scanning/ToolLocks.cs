using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Acci.Oci;

namespace Acci.Delivery.Scanning;

/// <summary>Tools that are fetched when they are not there, pinned by version, checksum and digest.</summary>
public sealed partial record ToolLocks
{
    /// <summary>The scanner.</summary>
    public ToolLock? Trivy { get; init; }

    /// <summary>Reads the file; one that is not there pins nothing.</summary>
    /// <exception cref="DeliveryException">It is not of that form; the message names the place.</exception>
    public static ToolLocks Read(string file)
    {
        if (!InputFile.Exists(file)) return new ToolLocks();
        try
        {
            var locks = JsonSerializer.Deserialize(InputFile.Read(file, 4 * 1024 * 1024), LocksJson.Strict.ToolLocks) ?? new ToolLocks();
            _ = locks.Trivy?.PinnedImage;
            return locks.Trivy?.Archives.Values.Any(x => x is null) is true ? throw new JsonException("an archive is null") : locks;
        }
        catch (JsonException exception)
        {
            throw new DeliveryException($"{file}: {JsonProblem.TextOf(exception)}.", exception);
        }
        catch (InvalidReferenceException exception)
        {
            throw new DeliveryException($"{file}: {exception.Message}", exception);
        }
    }

    /// <summary>The file's text with these tools in it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, LocksJson.Strict.ToolLocks) + "\n";

    /// <summary>A tool.</summary>
    public sealed record ToolLock
    {
        /// <summary>The version.</summary>
        public required string Version { get; init; }

        /// <summary>Where its maker lists the checksums of its archives.</summary>
        public string? Checksums { get; init; }

        /// <summary>Its archives, by the platform of the machine: <c>linux/amd64</c>.</summary>
        [AllowNull]
        public IReadOnlyDictionary<string, ToolArchive> Archives { get; init => field = value ?? new Dictionary<string, ToolArchive>(); } = new Dictionary<string, ToolArchive>();

        /// <summary>Its container image, with a digest; null where none was recorded.</summary>
        public string? Image { get; init; }

        /// <summary>The image, if it is pinned.</summary>
        /// <exception cref="InvalidReferenceException">It is no reference.</exception>
        [JsonIgnore]
        public ImageReference? PinnedImage => Image is { } text && ImageReference.Parse(text) is { Digest: not null } reference ? reference : null;
    }

    /// <summary>An archive.</summary>
    /// <param name="Url">Where it is.</param>
    /// <param name="Sha256">Its SHA-256, 64 hexadecimal digits; null where none was recorded, and then it is not fetched.</param>
    public sealed record ToolArchive(string Url, string? Sha256);

    [JsonSerializable(typeof(ToolLocks))]
    private sealed partial class LocksJson : JsonSerializerContext
    {
        public static LocksJson Strict { get; } = new(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            WriteIndented = true,
            NewLine = "\n",
        });
    }
}
