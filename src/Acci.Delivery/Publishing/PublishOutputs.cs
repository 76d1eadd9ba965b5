using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Acci.Delivery.Publishing;

/// <summary>What a publish hands on to later steps and jobs of a workflow.</summary>
public static class PublishOutputs
{
    private static readonly JsonSerializerOptions Compact = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// <c>images</c>, a JSON list that a matrix can take with <c>fromJSON</c>; for each image <c>&lt;name&gt;-image</c>, <c>-digest</c>, <c>-tags</c> and <c>-version</c>;
    /// and where there is one image only, these four without its name. Of several registries, <c>-image</c> names the first, and
    /// <c>images</c> lists the others as <c>copies</c>.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(IReadOnlyList<PublishRecord> records)
    {
        var images = records.Select(x => new
        {
            Name = x.Image,
            Image = x.Repository,
            Digest = x.Digest.ToString(),
            x.Tags,
            x.Version,
            Copies = x.Copies?.Select(copy => new { Image = copy.Repository, copy.Tags }),
        });
        yield return new("images", JsonSerializer.Serialize(images, Compact));
        foreach (var record in records)
        {
            foreach (var (name, value) in Of(record))
            {
                yield return new($"{record.Image}-{name}", value);
                if (records.Count == 1) yield return new(name, value);
            }
        }
    }

    private static IEnumerable<(string Name, string Value)> Of(PublishRecord record)
    {
        yield return ("image", record.Repository);
        yield return ("digest", record.Digest.ToString());
        yield return ("tags", string.Join(',', record.Tags));
        yield return ("version", record.Version);
    }
}
