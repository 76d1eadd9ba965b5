using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Acci.Generation;
using Acci.Oci;

namespace Acci.Delivery.Scanning;

/// <summary>
/// What was scanned and when: <c>scan.json</c>, beside Trivy's reports, in <c>artifacts/scan/&lt;image&gt;</c> for what was built here and in
/// <c>artifacts/scan/published/&lt;image&gt;/&lt;digest&gt;</c> for what was published. The gate is computed from it anew whenever it is asked.
/// </summary>
public sealed partial record ScanRecord
{
    /// <summary>The file's name.</summary>
    public const string FileName = "scan.json";

    /// <summary>The image, as it is called in categories.</summary>
    public required string Image { get; init; }

    /// <summary>Where it is published, or will be: <c>ghcr.io/owner/acci</c>; empty where that is not known.</summary>
    public string Repository { get; init; } = "";

    /// <summary>The index or manifest that was scanned.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The commit of this repository it was built from; empty where that is not known.</summary>
    public string Revision { get; init; } = "";

    /// <summary>The version it says it is; empty where it says none.</summary>
    public string Version { get; init; } = "";

    /// <summary>The git ref the findings are uploaded for; null means that of the build that uploads them. It is no part of the file.</summary>
    [JsonIgnore]
    public string? Ref { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset ScannedAt { get; init; }

    /// <summary>With what: <c>Trivy 0.70.0</c>.</summary>
    public required string Scanner { get; init; }

    /// <summary>The platforms.</summary>
    public required IReadOnlyList<ScannedPlatform> Platforms { get; init; }

    /// <summary>The record in this folder, or null when there is none that can be read: then the image is scanned again.</summary>
    public static ScanRecord? Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), ScanJson.Readable.ScanRecord) : null;
        }
        catch (Exception exception) when (exception is JsonException or DeliveryException)
        {
            return null;
        }
    }

    /// <summary>Writes the record.</summary>
    public void Write(string folder) => AtomicFile.Write(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, ScanJson.Readable.ScanRecord) + "\n");

    /// <summary>Takes the record away before a scan begins, so that one that breaks off leaves none beside reports that are not of it.</summary>
    public static void Delete(string folder) => File.Delete(Path.Combine(Directory.CreateDirectory(folder).FullName, FileName));

    /// <summary>Where Trivy's report of a platform lies.</summary>
    public static string ReportFile(string folder, Platform platform) => Path.Combine(folder, $"{platform.Slug}.json");

    /// <summary>One platform as VEX documents name it.</summary>
    internal ScannedSubject SubjectOf(Platform platform) => new(Repository, Image, [Digest, .. Platforms.Where(x => x.Platform == platform).Select(x => x.Digest)]);

    /// <summary>The category of a platform's findings.</summary>
    public string CategoryOf(Platform platform) => $"trivy/{Image}/{platform.Slug}/";

    [JsonSerializable(typeof(ScanRecord))]
    private sealed partial class ScanJson : JsonSerializerContext
    {
        public static ScanJson Readable { get; } = new(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            WriteIndented = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new TextConverter<Digest>(Oci.Digest.Parse), new TextConverter<Platform>(Oci.Platform.Parse) },
        });
    }

    private sealed class TextConverter<T>(Func<string, T> parse) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => parse(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value!.ToString());
    }
}

/// <summary>One scanned platform.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Digest">Its manifest.</param>
public sealed record ScannedPlatform(Platform Platform, Digest Digest);
