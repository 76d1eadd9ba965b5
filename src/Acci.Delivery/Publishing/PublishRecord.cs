using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Acci.Generation;
using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>
/// What is known of one image's publish: <c>artifacts/publish/&lt;image&gt;.json</c>. The next run reads it and goes on from the last good step.
/// </summary>
public sealed partial record PublishRecord
{
    /// <summary>The image's name.</summary>
    public required string Image { get; init; }

    /// <summary>The index.</summary>
    public required Digest Digest { get; init; }

    /// <summary>Registry and path it goes to.</summary>
    public required string Repository { get; init; }

    /// <summary>Version of what is inside.</summary>
    public required string Version { get; init; }

    /// <summary>The commit it was built from.</summary>
    public required string Revision { get; init; }

    /// <summary>The platforms, in the index's order.</summary>
    public required IReadOnlyList<PublishedPlatform> Platforms { get; init; }

    /// <summary>Base images that are stand-ins; an image with any never leaves this machine.</summary>
    public IReadOnlyList<string> StandIns { get; init; } = [];

    /// <summary>The version tag on its commit, where the working tree it was built from differed from it.</summary>
    public string? ChangedSince { get; init; }

    /// <summary>Who signed it: the key's reference or the keyless identity.</summary>
    public string? Signer { get; init; }

    /// <summary>Why no platform was smoke-tested, where that is so.</summary>
    public string? NotSmokeTested { get; init; }

    /// <summary>Why it was not scanned, where that is so; an image that was not scanned never leaves this machine.</summary>
    public string? NotScanned { get; init; }

    /// <summary>The tags that point at it.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Tags that it was to have and has not, each with the reason: <c>latest: 2.0.0 is published and newer than 1.2.9</c>.</summary>
    public IReadOnlyList<string> TagsLeft { get; init; } = [];

    /// <summary>The steps that ended well, for exactly this digest and repository.</summary>
    public IReadOnlyDictionary<PublishStep, StepResult> Steps { get; init; } = new SortedDictionary<PublishStep, StepResult>();

    /// <summary>Whether this is the record of an image: of the index, or of one of its platforms.</summary>
    public bool IsOf(Digest digest) => Digest == digest || Platforms.Any(x => x.Digest == digest);

    /// <summary>The record in the file, or null when there is none that can be read: then everything is done again.</summary>
    public static PublishRecord? Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), Json.Readable.PublishRecord) : null;
        }
        catch (Exception exception) when (exception is JsonException or DeliveryException)
        {
            return null;
        }
    }

    /// <summary>Writes the record; a reader sees the old one or the new one, never half of one.</summary>
    public void Write(string file) => AtomicFile.Write(file, JsonSerializer.Serialize(this, Json.Readable.PublishRecord) + "\n");

    /// <summary>Deletes what runs have left behind that were killed while they wrote the record. Not to be called while another one may write it.</summary>
    public static void DeleteDrafts(string file)
    {
        if (!Directory.Exists(Path.GetDirectoryName(file))) return;
        // Not as DOS would match: "acci.json.*" would be acci.json, too.
        foreach (var draft in Directory.EnumerateFiles(Path.GetDirectoryName(file)!, $"{Path.GetFileName(file)}.*", new EnumerationOptions { MatchType = MatchType.Simple })) File.Delete(draft);
    }

    /// <summary>The record with this step done, and those that come after it open again.</summary>
    public PublishRecord With(PublishStep step, StepResult result) =>
        this with { Steps = new SortedDictionary<PublishStep, StepResult>(Steps.Where(x => x.Key < step).Append(new(step, result)).ToDictionary()) };

    [JsonSerializable(typeof(PublishRecord))]
    private sealed partial class Json : JsonSerializerContext
    {
        public static Json Readable { get; } = new(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            WriteIndented = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new TextConverter<Digest>(Oci.Digest.Parse), new TextConverter<Platform>(Oci.Platform.Parse), new JsonStringEnumConverter<PublishStep>(JsonNamingPolicy.CamelCase) },
        });
    }

    private sealed class TextConverter<T>(Func<string, T> parse) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => parse(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value!.ToString());
    }
}

/// <summary>One platform of a published image.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Digest">Its manifest: the same sources give the same digest.</param>
/// <param name="Size">Compressed size of configuration and layers, bytes.</param>
public sealed record PublishedPlatform(Platform Platform, Digest Digest, long Size);
