using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Acci.Delivery.Scanning;

/// <summary>
/// Reads <c>.trivyignore.yaml</c> event by event, so that neither depth nor aliases can make much of a small file. What Trivy would overlook (an unknown key, a list
/// where a text belongs) is an error with its line.
/// </summary>
internal sealed class IgnoreFileYaml
{
    private static readonly IReadOnlyDictionary<string, FindingKind> Sections = new Dictionary<string, FindingKind>
    {
        ["vulnerabilities"] = FindingKind.Vulnerability,
        ["misconfigurations"] = FindingKind.Misconfiguration,
        ["secrets"] = FindingKind.Secret,
        ["licenses"] = FindingKind.License,
    };

    private readonly string _file;
    private readonly Parser _parser;

    private IgnoreFileYaml(string file, string text) => (_file, _parser) = (file, new Parser(new StringReader(text)));

    /// <summary>The entries.</summary>
    /// <exception cref="DeliveryException">This is no such file.</exception>
    public static IReadOnlyList<IgnoreEntry> Parse(string file, string text)
    {
        try
        {
            return new IgnoreFileYaml(file, text).Parse();
        }
        catch (YamlException exception)
        {
            throw new DeliveryException($"{file}, line {exception.Start.Line}: it is not YAML: {SafeText.Terminal(exception.GetBaseException().Message)}", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or OverflowException or FormatException)
        {
            throw new DeliveryException($"{file} is not YAML: {SafeText.Terminal(exception.Message)}", exception);
        }
    }

    private List<IgnoreEntry> Parse()
    {
        var entries = new List<IgnoreEntry>();
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _)) return entries;
        _parser.Consume<DocumentStart>();
        if (!IsNothing())
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var key in Keys("the file"))
            {
                if (!Sections.TryGetValue(key.Value, out var kind)) throw Error(key, $"'{IgnoreFileText.Short(key.Value)}' is not known here: it is one of {string.Join(", ", Sections.Keys)}");
                if (!seen.Add(key.Value)) throw Error(key, $"'{key.Value}' stands there twice");
                if (IsNothing()) continue;
                foreach (var start in Items($"'{key.Value}'")) entries.Add(Entry(kind, start));
            }
        }

        _parser.Consume<DocumentEnd>();
        return _parser.Current is StreamEnd || _parser.Accept<StreamEnd>(out _) ? entries : throw Error(_parser.Current, "a second document begins: there can be one only");
    }

    private IgnoreEntry Entry(FindingKind kind, ParsingEvent start)
    {
        string? id = null;
        var entry = new IgnoreEntry { Id = "", Kind = kind, Line = (int)start.Start.Line };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in Keys("an entry"))
        {
            if (!seen.Add(key.Value)) throw Error(key, $"'{IgnoreFileText.Short(key.Value)}' stands there twice");
            switch (key.Value)
            {
                case "id":
                    id = Text("'id'").Trim();
                    break;
                case "statement":
                    entry = entry with { Statement = IsNothing() ? "" : Text("'statement'").Trim() };
                    break;
                case "expired_at":
                    entry = entry with { ExpiresAt = IsNothing() ? throw Error(key, "'expired_at' is empty: write the date from which on the entry counts no more, as 2026-12-31, or leave it out") : IgnoreEntry.ParseExpiry(Text("'expired_at'").Trim(), $"{_file}, line {key.Start.Line}, expired_at of '{IgnoreFileText.Short(id ?? "the entry")}'") };
                    break;
                case "paths":
                    entry = entry with { Paths = [.. Texts("'paths'", text => PathPattern.TryParse(text), "a pattern of paths")] };
                    break;
                case "purls":
                    entry = entry with { Packages = [.. Texts("'purls'", PackageUrl.TryParse, "a package URL, as pkg:deb/debian/openssl")] };
                    break;
                default:
                    throw Error(key, $"'{IgnoreFileText.Short(key.Value)}' is not known in an entry: it has id, paths, purls, expired_at, statement");
            }
        }

        return string.IsNullOrEmpty(id) ? throw Error(start, "an entry without 'id': it would ignore nothing") : entry with { Id = id };
    }

    private IEnumerable<Scalar> Keys(string where)
    {
        if (!_parser.TryConsume<MappingStart>(out _)) throw Error(_parser.Current, $"{where} has to be a mapping, 'key: value'");
        while (!_parser.TryConsume<MappingEnd>(out _)) yield return _parser.TryConsume<Scalar>(out var key) ? key : throw Error(_parser.Current, "a key has to be a text");
    }

    private IEnumerable<ParsingEvent> Items(string where)
    {
        if (!_parser.TryConsume<SequenceStart>(out _)) throw Error(_parser.Current, $"{where} has to be a list, a line a '- '");
        while (!_parser.TryConsume<SequenceEnd>(out _)) yield return _parser.Current!;
    }

    private IEnumerable<T> Texts<T>(string where, Func<string, T?> parse, string what)
        where T : class
    {
        if (IsNothing()) yield break;
        foreach (var item in Items(where))
        {
            var text = Text(where);
            yield return parse(text) ?? throw Error(item, $"'{IgnoreFileText.Short(text)}' is not {what}");
        }
    }

    private string Text(string where) => _parser.TryConsume<Scalar>(out var scalar) ? scalar.Value : throw Error(_parser.Current, $"{where} has to be a text");

    // `key:` with nothing behind it.
    private bool IsNothing()
    {
        if (!_parser.Accept<Scalar>(out var scalar) || scalar is not { Style: ScalarStyle.Plain, Value: "" or "~" or "null" }) return false;
        _parser.Consume<Scalar>();
        return true;
    }

    private DeliveryException Error(ParsingEvent? at, string what) => new($"{_file}, line {at?.Start.Line ?? 1}: {what}.");
}
