using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Acci.Delivery.Buildx;

/// <summary>
/// The build of all images as <c>docker buildx bake</c> reads it: one file, one graph.
/// Source: https://docs.docker.com/build/bake/reference/, JSON form; the property names are bake's own.
/// </summary>
public sealed partial record BakeFile
{
    /// <summary>What can be set from the environment, by name; none where everything is fixed.</summary>
    public IReadOnlyDictionary<string, BakeVariable>? Variable { get; init; }

    /// <summary>Targets that are built together; <c>default</c> is what a bare <c>bake</c> builds.</summary>
    public required IReadOnlyDictionary<string, BakeGroup> Group { get; init; }

    /// <summary>The targets by name, one per image.</summary>
    public required IReadOnlyDictionary<string, BakeTarget> Target { get; init; }

    /// <summary>A file that builds these targets by default.</summary>
    public static BakeFile Of(IEnumerable<KeyValuePair<string, BakeTarget>> targets)
    {
        var byName = new SortedDictionary<string, BakeTarget>(targets.ToDictionary(), StringComparer.Ordinal);
        return new BakeFile { Group = new Dictionary<string, BakeGroup> { ["default"] = new([.. byName.Keys]) }, Target = byName };
    }

    /// <summary>
    /// The file's text; the same targets always give the same text. All that is said in it is said literally, but for an argument that is a variable.
    /// </summary>
    public string ToJson() => JsonSerializer.Serialize(this, BakeJson.Readable.BakeFile) + "\n";

    [JsonSerializable(typeof(BakeFile))]
    private sealed partial class BakeJson : JsonSerializerContext
    {
        public static BakeJson Readable { get; } = new(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            WriteIndented = true,
            Converters = { new BakeTextConverter(), new BakeArgumentConverter() },
            // People read this file: no \u002B where a plus sign stands.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
    }
}

/// <summary>Targets that are built together.</summary>
/// <param name="Targets">Their names.</param>
public sealed record BakeGroup(IReadOnlyList<string> Targets);

/// <summary>What can be set from the environment; <c>${NAME}</c> stands for it.</summary>
/// <param name="Default">What it is when it is not set.</param>
public sealed record BakeVariable(string Default);
