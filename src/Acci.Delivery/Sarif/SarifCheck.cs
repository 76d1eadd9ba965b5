using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Acci.Delivery.Sarif;

/// <summary>
/// Holds a SARIF file to SARIF's schema before it is read. What cannot be uploaded is an error with its place; what is only more than SARIF knows, or a null where
/// nothing has to be, is left out and said. Source: SARIF 2.1.0 (OASIS), sarif-schema-2.1.0.json.
/// </summary>
internal ref struct SarifCheck
{
    private const string HalfOfPair = "a text with half a surrogate pair in it";
    private const int MaximumDepth = 64;
    private const int ShownProblems = 5;

    private static readonly Lazy<SchemaNode> Schema = new(() =>
    {
        using var stream = typeof(SarifCheck).Assembly.GetManifestResourceStream("sarif-2.1.0.schema.json")!;
        return SchemaNode.Read(stream);
    });

    private readonly string _file;
    private readonly ReadOnlySpan<byte> _content;
    private readonly List<(string? Name, int Index)> _path = [];

    // The names of the properties of all objects around the place, so that a hundred thousand objects need no list each.
    private readonly List<string> _names = [];
    private readonly List<string> _problems = [];
    private readonly Dictionary<string, (string Place, int Count)> _omissions = new(StringComparer.Ordinal);
    private Utf8JsonReader _reader;

    private SarifCheck(string file, ReadOnlySpan<byte> content)
    {
        _file = file;
        _content = content;
        _reader = new Utf8JsonReader(content, new JsonReaderOptions { MaxDepth = MaximumDepth });
    }

    /// <summary>Checks a file's content, UTF-8 without a byte order mark.</summary>
    /// <exception cref="DeliveryException">It is not SARIF; the message names file, line and place.</exception>
    public static void Check(string file, ReadOnlySpan<byte> content, Action<string> warn)
    {
        var check = new SarifCheck(file, content);
        check.Run();
        foreach (var (what, (place, count)) in check._omissions)
            warn($"{file}: {what} at {place}{(count == 1 ? "" : $" and {count - 1} more places like it")}");
    }

    private void Run()
    {
        try
        {
            if (!_reader.Read()) throw Error("it is empty");
            CheckValue(Schema.Value);
            _reader.Read();
        }
        catch (JsonException exception)
        {
            var what = _reader.CurrentDepth >= MaximumDepth - 1 ? $"it is nested deeper than {MaximumDepth} levels" : "it is not JSON";
            throw new DeliveryException($"{_file}, line {(exception.LineNumber ?? 0) + 1}: {what}.", exception);
        }

        if (_problems.Count == 0) return;
        var more = _problems.Count > ShownProblems ? $"\n    and {_problems.Count - ShownProblems} more" : "";
        throw new DeliveryException($"{_file} is not SARIF 2.1.0:{string.Concat(_problems.Take(ShownProblems).Select(x => $"\n    {x}"))}{more}");
    }

    private void CheckValue(SchemaNode node)
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject when node.Allows("object"):
                CheckObject(node);
                break;
            case JsonTokenType.StartArray when node.Allows("array"):
                CheckArray(node);
                break;
            case JsonTokenType.String when node.Allows("string"):
                CheckText(node);
                break;
            case JsonTokenType.Number when node.Allows("number") || node.Allows("integer"):
                CheckNumber(node);
                break;
            case JsonTokenType.True or JsonTokenType.False when node.Allows("boolean"):
                break;
            case JsonTokenType.Null when node.Allows("null"):
                break;
            default:
                Problem($"{Shown(_reader.TokenType)}, where {string.Join(" or ", node.Types.Select(Article))} belongs");
                _reader.Skip();
                break;
        }
    }

    private void CheckObject(SchemaNode node)
    {
        var (place, first) = (_path.Count, _names.Count);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            if (ReadName(node) is not var (name, property))
            {
                Problem(HalfOfPair);
                _reader.Skip();
                continue;
            }

            _path.Add((name, 0));
            _reader.Read();
            if (Has(first, name)) Problem("it stands there twice");
            if (property is not null)
            {
                if (_reader.TokenType == JsonTokenType.Null && !property.Allows("null") && node.Properties.ContainsKey(name))
                {
                    Omit($"'{name}' is null and was left out");
                }
                else
                {
                    _names.Add(name);
                    CheckValue(property);
                }
            }
            else
            {
                if (node.IsClosed) Omit($"'{name}' is not known to SARIF 2.1.0 and was left out");
                _reader.Skip();
            }

            _path.RemoveAt(place);
        }

        foreach (var required in node.Required)
        {
            if (Has(first, required)) continue;
            // A tool without a name gets one when it is read: there are such reports, and all else in them is sound.
            if (_path is not [.., ("driver", _)] || required != "name") Problem($"'{required}' is missing");
        }

        if (node.Alternatives.Count > 0 && !HasOneOf(first, node.Alternatives))
            Problem($"one of {string.Join(", ", node.Alternatives.Select(x => $"'{string.Join("' with '", x)}'"))} is missing");
        _names.RemoveRange(first, _names.Count - first);
    }

    private readonly bool Has(int first, string name) => _names.IndexOf(name, first) >= 0;

    private readonly bool HasOneOf(int first, IReadOnlyList<IReadOnlyList<string>> alternatives)
    {
        foreach (var names in alternatives)
        {
            var all = true;
            foreach (var name in names) all &= Has(first, name);
            if (all) return true;
        }

        return false;
    }

    // Null where no text can hold it.
    private readonly (string Name, SchemaNode? Property)? ReadName(SchemaNode node)
    {
        const int longest = 64;
        if (_reader.ValueSpan.Length <= longest && !_reader.ValueIsEscaped)
        {
            Span<char> buffer = stackalloc char[longest];
            var length = _reader.CopyString(buffer);
            if (node.ByName.TryGetValue(buffer[..length], out var known, out var property)) return (known, property);
        }

        return TryText() is not { } name ? null : (name, node.Properties.GetValueOrDefault(name) ?? node.OtherProperties);
    }

    private void CheckArray(SchemaNode node)
    {
        var count = 0;
        var texts = node.HasUniqueItems && node.Items?.Allows("string") is true ? new HashSet<string>(StringComparer.Ordinal) : null;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            _path.Add((null, count++));
            if (texts is not null && _reader.TokenType == JsonTokenType.String && TryText() is { } item && !texts.Add(item)) Problem("it stands in the list twice");
            if (node.Items is null) _reader.Skip();
            else CheckValue(node.Items);
            _path.RemoveAt(_path.Count - 1);
        }

        if (count < node.MinimumItems) Problem($"it has {count} items, and needs {node.MinimumItems}");
    }

    private void CheckText(SchemaNode node)
    {
        // What neither is limited nor escaped needs no look at its characters.
        if (node.Values.Count == 0 && node.Pattern is null && node.Format is null && !_reader.ValueIsEscaped) return;
        if (TryText() is not { } text)
        {
            Problem(HalfOfPair);
            return;
        }

        if (node.Values.Count > 0 && !node.Values.Contains(text)) Problem($"'{Short(text)}' is none of {string.Join(", ", node.Values)}");
        if (node.Pattern?.IsMatch(text) is false) Problem($"'{Short(text)}' is not of the form {node.Pattern}");
        if (node.Format == "date-time" && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _)) Problem($"'{Short(text)}' is not a date and time");
        if (node.Format is "uri" or "uri-reference" && !Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _)) Problem($"'{Short(text)}' is not a URI");
    }

    // A name, or a string; null where no text can hold it.
    private readonly string? TryText()
    {
        try
        {
            return _reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private void CheckNumber(SchemaNode node)
    {
        if (node.Types.Contains("integer") && !node.Types.Contains("number"))
        {
            if (!_reader.TryGetInt32(out _)) Problem($"{Short(Encoding.UTF8.GetString(_reader.ValueSpan))} is not a whole number of 32 bits");
        }

        if (!_reader.TryGetDouble(out var number) || !double.IsFinite(number)) Problem("a number too large to be one");
        else if (number < node.Minimum) Problem(string.Create(CultureInfo.InvariantCulture, $"{number} is less than {node.Minimum}"));
        else if (number > node.Maximum) Problem(string.Create(CultureInfo.InvariantCulture, $"{number} is more than {node.Maximum}"));
    }

    private readonly void Omit(string what) => _omissions[what] = _omissions.TryGetValue(what, out var earlier) ? earlier with { Count = earlier.Count + 1 } : (Place(), 1);

    private readonly void Problem(string what)
    {
        // One look at the line numbers for each of those that are shown, not for a hundred thousand.
        _problems.Add(_problems.Count < ShownProblems ? $"{Place()}: {what}" : "");
    }

    private readonly DeliveryException Error(string what) => new($"{_file} is not SARIF 2.1.0: {what}.");

    private readonly string Place()
    {
        var text = new StringBuilder();
        foreach (var step in _path)
        {
            if (step.Name is null) text.Append(CultureInfo.InvariantCulture, $"[{step.Index}]");
            else text.Append(text.Length > 0 ? "." : "").Append(Short(step.Name));
        }

        var line = 1 + _content[..(int)_reader.TokenStartIndex].Count((byte)'\n');
        return string.Create(CultureInfo.InvariantCulture, $"line {line}, {(text.Length == 0 ? "the outermost value" : text)}");
    }

    private static string Short(string text) => Redaction.Beginning(text, 60);

    private static string Article(string type) => type == "null" ? type : type is "array" or "object" or "integer" ? $"an {type}" : $"a {type}";

    private static string Shown(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "a boolean",
    };
}
