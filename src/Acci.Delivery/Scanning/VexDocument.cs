using System.Text.Json;

namespace Acci.Delivery.Scanning;

/// <summary>
/// What the maker of a package says about vulnerabilities in it: OpenVEX 0.2 or CycloneDX 1.4 and later, JSON. A statement that a product is not affected, or has it
/// fixed, takes the finding out of the gate. Source: OpenVEX specification, "Statement fields"; CycloneDX, vulnerabilities.analysis.
/// </summary>
public sealed class VexDocument
{
    private const int MaximumSize = 32 * 1024 * 1024;

    private readonly ILookup<string, Statement> _statements;

    private VexDocument(string file, IEnumerable<Statement> statements) => (File, _statements) = (file, statements.ToLookup(x => x.Id, StringComparer.Ordinal));

    /// <summary>Where it was read from.</summary>
    public string File { get; }

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
            if (Text(root, "@context").Contains("openvex", StringComparison.Ordinal)) return new VexDocument(file, [.. OpenVex(root)]);
            if (Text(root, "bomFormat") == "CycloneDX") return new VexDocument(file, [.. CycloneDx(root)]);
            throw new DeliveryException($"{file} is neither an OpenVEX document (it would have '@context') nor a CycloneDX one ('bomFormat'); these two are read.");
        }
        catch (JsonException exception)
        {
            throw new DeliveryException($"{file}, line {(exception.LineNumber ?? 0) + 1}: it is not JSON: {exception.Message.Split(" LineNumber:")[0]}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new DeliveryException($"{file} is not a VEX document: a value is of another type than its place takes. {exception.Message}", exception);
        }
    }

    /// <summary>Why the finding does not count, or null when the document does not say so.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="image">The image it was found in, which a statement may be about as a whole: <c>pkg:oci/acci</c>.</param>
    public string? Find(ScanFinding finding, string image)
    {
        // A later statement replaces an earlier one about the same product.
        var last = _statements[finding.Id].LastOrDefault(x => x.Products.Count == 0 || x.Products.Any(IsIt));
        return last?.Harmless is true ? last.Reason : null;

        bool IsIt(PackageUrl product) => product.Type == "oci" ? product.Name == image : finding.Purl is { } package && product.Matches(package);
    }

    private static IEnumerable<Statement> OpenVex(JsonElement root)
    {
        foreach (var statement in Elements(root, "statements"))
        {
            var status = Text(statement, "status");
            var products = Elements(statement, "products").SelectMany(Products).ToList();
            // A product that is named, but by no package URL, is none of those that can be found here.
            if (products.Count == 0 && Elements(statement, "products").Any()) continue;
            var reason = string.Join(": ", new[] { status, Text(statement, "justification"), Text(statement, "impact_statement") }.Where(x => x.Length > 0));
            foreach (var id in Vulnerabilities(statement)) yield return new Statement(id, products, status is "not_affected" or "fixed", reason);
        }
    }

    private static IEnumerable<string> Vulnerabilities(JsonElement statement)
    {
        if (!statement.TryGetProperty("vulnerability", out var vulnerability)) return [];
        return vulnerability.ValueKind == JsonValueKind.String
            ? [vulnerability.GetString()!]
            : Elements(vulnerability, "aliases").Select(x => x.GetString() ?? "").Append(Text(vulnerability, "name")).Where(x => x.Length > 0);
    }

    // Where a product has subcomponents, they are the packages that are spoken of.
    private static IEnumerable<PackageUrl> Products(JsonElement product)
    {
        if (product.ValueKind == JsonValueKind.String) return PackageUrl.TryParse(product.GetString()) is { } named ? [named] : [];
        var parts = Elements(product, "subcomponents").SelectMany(Products).ToList();
        if (parts.Count > 0) return parts;
        var identifier = product.TryGetProperty("identifiers", out var identifiers) ? Text(identifiers, "purl") : "";
        return PackageUrl.TryParse(identifier.Length > 0 ? identifier : Text(product, "@id")) is { } package ? [package] : [];
    }

    private static IEnumerable<Statement> CycloneDx(JsonElement root)
    {
        var components = new Dictionary<string, PackageUrl>(StringComparer.Ordinal);
        foreach (var component in Elements(root, "components"))
        {
            if (PackageUrl.TryParse(Text(component, "purl")) is { } purl && Text(component, "bom-ref") is { Length: > 0 } reference) components[reference] = purl;
        }

        foreach (var vulnerability in Elements(root, "vulnerabilities"))
        {
            if (!vulnerability.TryGetProperty("analysis", out var analysis)) continue;
            var state = Text(analysis, "state");
            var products = Elements(vulnerability, "affects")
                .Select(x => Text(x, "ref"))
                .Select(reference => components.GetValueOrDefault(reference) ?? PackageUrl.TryParse(reference[(reference.IndexOf('#', StringComparison.Ordinal) + 1)..]) ?? PackageUrl.TryParse(reference))
                .OfType<PackageUrl>()
                .ToList();
            if (products.Count == 0) continue;
            var reason = string.Join(": ", new[] { state, Text(analysis, "justification"), Text(analysis, "detail") }.Where(x => x.Length > 0));
            yield return new Statement(Text(vulnerability, "id"), products, state is "not_affected" or "resolved" or "resolved_with_pedigree" or "false_positive", reason);
        }
    }

    private static JsonElement.ArrayEnumerator Elements(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var array) ? array.EnumerateArray() : default;

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    private sealed record Statement(string Id, IReadOnlyList<PackageUrl> Products, bool Harmless, string Reason);
}
