using System.Globalization;
using System.Text.Json;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery.Scanning;

/// <summary>
/// What the maker of a package says about vulnerabilities in it: OpenVEX 0.2 or CycloneDX 1.4 and later, JSON. A statement that a product is not affected, or has it
/// fixed, takes the finding out of the gate. Source: OpenVEX specification, "Statement fields"; CycloneDX, vulnerabilities.analysis.
/// </summary>
public sealed class VexDocument
{
    private const int MaximumSize = 32 * 1024 * 1024;

    private readonly ILookup<string, VexStatement> _statements;

    private VexDocument(IEnumerable<VexStatement> statements) => _statements = statements.ToLookup(x => x.Id, StringComparer.Ordinal);

    /// <summary>Reads a document.</summary>
    /// <exception cref="DeliveryException">It cannot be read, or is none of the two; the message names the file.</exception>
    public static VexDocument Read(string file)
    {
        var text = IgnoreFileText.Read(file, MaximumSize);
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw new DeliveryException($"{file} is not a VEX document: an object was expected.");
            List<VexStatement> statements = Text(root, "@context").Contains("openvex", StringComparison.Ordinal) ? [.. OpenVex(root)]
                : Text(root, "bomFormat") == "CycloneDX" ? [.. CycloneDx(root)]
                : throw new DeliveryException($"{file} is neither an OpenVEX document (it would have '@context') nor a CycloneDX one ('bomFormat'); these two are read.");
            // What is said of nothing in particular, or of what has no package URL, is said of nothing that can be found here.
            if (statements.Count(x => x.Products.Count == 0) is > 0 and var count)
                Log.Warning("{File:l}: {Count} of {All} statements name no product by its package URL, and count for nothing", file, count, statements.Count);
            return new VexDocument(statements);
        }
        catch (JsonException exception)
        {
            throw new DeliveryException($"{file}: {JsonProblem.TextOf(exception)}.", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new DeliveryException($"{file} is not a VEX document: a value is of another type than its place takes. {exception.Message}", exception);
        }
    }

    /// <summary>Why the finding does not count, or null when the documents do not say so: of all they say of it, what was said last decides.</summary>
    /// <param name="documents">The documents; of statements of one time the later one decides.</param>
    /// <param name="finding">The finding.</param>
    /// <param name="image">The image it was found in, which a statement may be about as a whole: <c>pkg:oci/acci</c>.</param>
    public static string? Find(IEnumerable<VexDocument> documents, ScanFinding finding, ScannedSubject image) =>
        documents.SelectMany(x => x._statements[finding.Id]).Where(x => x.Products.Any(product => product.Has(finding, image))).OrderBy(x => x.Time ?? DateTimeOffset.MinValue).LastOrDefault() is { IsHarmless: true } last
            ? last.Reason
            : null;

    private static IEnumerable<VexStatement> OpenVex(JsonElement root)
    {
        foreach (var statement in Elements(root, "statements"))
        {
            var status = Text(statement, "status");
            var products = Elements(statement, "products").Select(Product).OfType<VexProduct>().ToList();
            var reason = string.Join(": ", new[] { status, Text(statement, "justification"), Text(statement, "impact_statement") }.Where(x => x.Length > 0));
            // A statement without a time of its own has the document's.
            var time = Time(statement, "last_updated") ?? Time(statement, "timestamp") ?? Time(root, "timestamp");
            foreach (var id in Vulnerabilities(statement)) yield return new VexStatement(id, products, status is "not_affected" or "fixed", reason, time);
        }
    }

    private static IEnumerable<string> Vulnerabilities(JsonElement statement)
    {
        if (!statement.TryGetProperty("vulnerability", out var vulnerability)) return [];
        return vulnerability.ValueKind == JsonValueKind.String
            ? [vulnerability.GetString()!]
            : Elements(vulnerability, "aliases").Select(x => x.GetString() ?? "").Append(Text(vulnerability, "name")).Where(x => x.Length > 0).Distinct();
    }

    // Null where the product cannot be told; where none of its parts can, it must not be taken for all of it.
    private static VexProduct? Product(JsonElement product)
    {
        var named = Elements(product, "subcomponents").ToList();
        var parts = named.Select(Package).OfType<PackageUrl>().ToList();
        return Package(product) is { } package && (parts.Count > 0 || named.Count == 0) ? new VexProduct(package, parts) : null;
    }

    private static PackageUrl? Package(JsonElement component)
    {
        if (component.ValueKind == JsonValueKind.String) return PackageUrl.TryParse(component.GetString());
        var identifier = component.ValueKind == JsonValueKind.Object && component.TryGetProperty("identifiers", out var identifiers) ? Text(identifiers, "purl") : "";
        return PackageUrl.TryParse(identifier.Length > 0 ? identifier : Text(component, "@id"));
    }

    private static IEnumerable<VexStatement> CycloneDx(JsonElement root)
    {
        var components = new Dictionary<string, PackageUrl>(StringComparer.Ordinal);
        if (root.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty("component", out var main)) Collect(main, components);
        foreach (var component in Elements(root, "components")) Collect(component, components);

        foreach (var vulnerability in Elements(root, "vulnerabilities"))
        {
            if (!vulnerability.TryGetProperty("analysis", out var analysis)) continue;
            var state = Text(analysis, "state");
            var products = Elements(vulnerability, "affects")
                .Select(x => Text(x, "ref"))
                .Select(reference => components.GetValueOrDefault(reference) ?? PackageUrl.TryParse(reference[(reference.IndexOf('#', StringComparison.Ordinal) + 1)..]) ?? PackageUrl.TryParse(reference))
                .OfType<PackageUrl>()
                .Select(package => new VexProduct(package, []))
                .ToList();
            var reason = string.Join(": ", new[] { state, Text(analysis, "justification"), Text(analysis, "detail") }.Where(x => x.Length > 0));
            var time = Time(analysis, "lastUpdated") ?? Time(analysis, "firstIssued") ?? Time(vulnerability, "updated") ?? Time(metadata, "timestamp");
            yield return new VexStatement(Text(vulnerability, "id"), products, state is "not_affected" or "resolved" or "resolved_with_pedigree" or "false_positive", reason, time);
        }
    }

    private static void Collect(JsonElement component, Dictionary<string, PackageUrl> components)
    {
        if (PackageUrl.TryParse(Text(component, "purl")) is { } purl && Text(component, "bom-ref") is { Length: > 0 } reference) components[reference] = purl;
        foreach (var part in Elements(component, "components")) Collect(part, components);
    }

    private static JsonElement.ArrayEnumerator Elements(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var array) ? array.EnumerateArray() : default;

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        DateTimeOffset.TryParse(Text(element, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
