using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Acci.Generation;
using Acci.Oci;

namespace Acci.Delivery;

/// <summary>
/// A file in which a step writes down what it did, for the steps after it. Beside the content it holds the number of its form and a checksum: a
/// file that was cut off, edited, or written by another version of this build is noticed before anything in it counts. The checksum is no
/// signature; what a registry, cosign or the layout can answer is asked of them.
/// </summary>
internal static class RecordFile
{
    private const int Format = 1;
    private const int MaximumSize = 4 * 1024 * 1024;
    private const string FormatName = "format";
    private const string ChecksumName = "checksum";

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Readable = new(Compact) { WriteIndented = true };

    /// <summary>How a record's content is written and read: nothing unknown, and null only where null may be.</summary>
    public static JsonSerializerOptions OptionsWith(params IEnumerable<JsonConverter> converters)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new TextConverter<Digest>(Digest.Parse), new TextConverter<Platform>(Platform.Parse) },
        };
        foreach (var converter in converters) options.Converters.Add(converter);
        return options;
    }

    /// <summary>The record in the file; null when there is no file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="type">What it holds.</param>
    /// <param name="problem">Says what is wrong with a record that could be read; null where nothing is.</param>
    /// <param name="remedy">What to do when it cannot be used, as a sentence.</param>
    /// <exception cref="DeliveryException">It is damaged, was edited, or has another form; the message names the file.</exception>
    public static T? Read<T>(string file, JsonTypeInfo<T> type, Func<T, string?> problem, string remedy)
        where T : class
    {
        if (!InputFile.Exists(file)) return null;
        try
        {
            var content = JsonNode.Parse(InputFile.Read(file, MaximumSize)) as JsonObject ?? throw new JsonException("it is not an object");
            var checksum = (string?)content[ChecksumName];
            content.Remove(ChecksumName);
            var format = (int?)content[FormatName];
            if (format > Format)
            {
                throw new DeliveryException(
                    $"{file} was written by a newer version of this build (format {format}, and {Format} is the newest known here). {remedy}");
            }

            if (format is null && checksum is null)
                throw new JsonException("it has neither format nor checksum, so an older version of this build wrote it, or something else did");
            if (format != Format || checksum != ChecksumOf(content)) throw new JsonException("its checksum is not that of its content");
            content.Remove(FormatName);
            // Its content is as it was written, so another version wrote what is not known here: a property may come without a new format.
            if (UnknownIn(content, type) is { } unknown) throw new DeliveryException($"{file} was written by another version of this build, whose '{unknown}' is not known here. {remedy}");
            // A missing property is null after reading, even where its type is not nullable.
            if (type.Properties.FirstOrDefault(x => x is { IsSetNullable: false, PropertyType.IsValueType: false, Set: not null } && !content.ContainsKey(x.Name)) is { } missing)
                throw new JsonException($"it has no '{missing.Name}'");
            var record = content.Deserialize(type) ?? throw new JsonException("it is empty");
            return problem(record) is { } wrong ? throw new JsonException(wrong) : record;
        }
        catch (Exception exception) when (
            exception is JsonException or InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            var found = exception is JsonException json ? JsonProblem.TextOf(json) : "its content is not valid";
            throw new DeliveryException($"{file} is damaged or was edited: {found.TrimEnd('.')}. {remedy}", exception);
        }
    }

    /// <summary>Writes the record; a reader sees the old one or the new one, never half of one.</summary>
    public static void Write<T>(string file, T record, JsonTypeInfo<T> type)
    {
        var content = JsonSerializer.SerializeToNode(record, type)!.AsObject();
        content.Insert(0, FormatName, Format);
        content[ChecksumName] = ChecksumOf(content);
        AtomicFile.Write(file, content.ToJsonString(Readable) + "\n");
    }

    private static string? UnknownIn(JsonNode? node, JsonTypeInfo type)
    {
        var found = (node, type.Kind) switch
        {
            (JsonObject values, JsonTypeInfoKind.Object) => values.Select(x => type.Properties.FirstOrDefault(y => y.Name == x.Key) is { } known ? Within(x.Value, known.PropertyType) : x.Key),
            (JsonObject values, JsonTypeInfoKind.Dictionary) => values.Select(x => Within(x.Value, type.ElementType!)),
            (JsonArray values, JsonTypeInfoKind.Enumerable) => values.Select(x => Within(x, type.ElementType!)),
            _ => [],
        };
        return found.FirstOrDefault(x => x is not null);

        string? Within(JsonNode? value, Type of) => UnknownIn(value, type.Options.GetTypeInfo(of));
    }

    // Of the values alone, so that a file that was only laid out anew is the same record.
    private static string ChecksumOf(JsonObject content) => Digest.Of(Encoding.UTF8.GetBytes(content.ToJsonString(Compact))).ToString();

    private sealed class TextConverter<T>(Func<string, T> parse) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return parse(reader.GetString() ?? "");
            }
            catch (DeliveryException exception)
            {
                throw new JsonException(exception.Message, exception);
            }
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value!.ToString());
    }
}
