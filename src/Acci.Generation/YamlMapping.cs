using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Acci.Generation;

/// <summary>Writes one YAML mapping, entry by entry, in the order they come; entries without a value are left out.</summary>
internal sealed partial class YamlMapping
{
    private static readonly SearchValues<char> FlowIndicators = SearchValues.Create("[]{},*");

    private readonly Emitter _emitter;

    private YamlMapping(Emitter emitter) => _emitter = emitter;

    /// <summary>The text of a mapping.</summary>
    public static string Write(Action<YamlMapping> body)
    {
        using var text = new StringWriter { NewLine = "\n" };
        // Lines are as long as their text: a folded one would be harder to read, and to find.
        var emitter = new Emitter(text, new EmitterSettings(2, int.MaxValue, false, 1024, indentSequences: true, newLine: "\n"));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        new YamlMapping(emitter).Block(body);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>A text; one of several lines stands as a block.</summary>
    public YamlMapping Text(string key, string? value, string? comment = null)
    {
        if (value is null) return this;
        Key(key);
        Scalar(value);
        if (comment is not null) _emitter.Emit(new Comment(comment, isInline: true));
        return this;
    }

    /// <summary>A truth value.</summary>
    public YamlMapping Flag(string key, bool value) => Plain(key, value ? "true" : "false");

    /// <summary>A number.</summary>
    public YamlMapping Number(string key, int? value) => value is { } number ? Plain(key, number.ToString(CultureInfo.InvariantCulture)) : this;

    /// <summary>Texts by name.</summary>
    public YamlMapping Texts(string key, IEnumerable<KeyValuePair<string, string>> values)
    {
        var all = values.ToList();
        if (all.Count == 0) return this;
        return Mapping(key, mapping =>
        {
            foreach (var (name, value) in all) mapping.Text(name, value);
        });
    }

    /// <summary>A list of texts, on one line where <paramref name="flow"/> is set.</summary>
    public YamlMapping List(string key, IReadOnlyCollection<string> values, bool flow = true)
    {
        if (values.Count == 0) return this;
        Key(key);
        _emitter.Emit(new SequenceStart(null, null, true, flow ? SequenceStyle.Flow : SequenceStyle.Block));
        foreach (var value in values) Scalar(value, flow);
        _emitter.Emit(new SequenceEnd());
        return this;
    }

    /// <summary>A list of mappings.</summary>
    public YamlMapping List<T>(string key, IReadOnlyCollection<T> values, Action<YamlMapping, T> item)
    {
        if (values.Count == 0) return this;
        Key(key);
        _emitter.Emit(new SequenceStart(null, null, true, SequenceStyle.Block));
        foreach (var value in values) Block(mapping => item(mapping, value));
        _emitter.Emit(new SequenceEnd());
        return this;
    }

    /// <summary>A mapping; an empty one is written as <c>{}</c>.</summary>
    public YamlMapping Mapping(string key, Action<YamlMapping> body)
    {
        Key(key);
        Block(body);
        return this;
    }

    private void Block(Action<YamlMapping> body)
    {
        _emitter.Emit(new MappingStart(null, null, true, MappingStyle.Block));
        body(this);
        _emitter.Emit(new MappingEnd());
    }

    private YamlMapping Plain(string key, string value)
    {
        Key(key);
        _emitter.Emit(new Scalar(null, null, value, ScalarStyle.Plain, true, false));
        return this;
    }

    private void Key(string key) => _emitter.Emit(new Scalar(null, null, key, ScalarStyle.Plain, true, false));

    // A text that YAML would take for something else has to be quoted; the emitter itself only sees to characters that are not allowed.
    private void Scalar(string value, bool inFlow = false)
    {
        var style = value.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal
            : value.Length == 0 || OtherTypes().IsMatch(value) || (inFlow && value.AsSpan().ContainsAny(FlowIndicators)) ? ScalarStyle.SingleQuoted
            : ScalarStyle.Any;
        _emitter.Emit(new Scalar(null, null, value, style, style == ScalarStyle.Any, true));
    }

    // Null, truth values and numbers of YAML 1.2's core schema (10.3.2), and the truth values and dates of YAML 1.1.
    [GeneratedRegex(@"^(~|null|true|false|yes|no|on|off|y|n|[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|nan)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|[0-9]+(:[0-9]+)+|=|<<)\z", RegexOptions.IgnoreCase)]
    private static partial Regex OtherTypes();
}
