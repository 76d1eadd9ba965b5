using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Acci.Environments.Specification;

/// <summary>Writes compose files: the same file gives the same bytes on every machine.</summary>
public static partial class ComposeWriter
{
    private static readonly ISerializer Serializer = new SerializerBuilder()
        .WithNamingConvention(UnderscoredNamingConvention.Instance)
        .ConfigureDefaultValuesHandling(DefaultValuesHandling.OmitNull)
        .WithTypeConverter(new ScalarConverter())
        .WithTypeConverter(new EnvFileConverter())
        .WithEventEmitter(next => new TextEmitter(next))
        .WithIndentedSequences()
        .WithNewLine("\n")
        .WithMaximumRecursion(20)
        .DisableAliases()
        .Build();

    /// <summary>The file as YAML, with these lines as a comment at its top.</summary>
    public static string ToYaml(ComposeFile file, params IEnumerable<string> header)
    {
        var text = new StringBuilder();
        foreach (var line in header) text.Append(line.Length == 0 ? "#" : $"# {line}").Append('\n');
        if (text.Length > 0) text.Append('\n');

        var yaml = new StringBuilder();
        using (var writer = new StringWriter(yaml)) Serializer.Serialize(new Emitter(writer, new EmitterSettings(2, int.MaxValue, false, 1024, indentSequences: true, newLine: "\n")), file);
        // Sections and services stand apart.
        string? section = null;
        var isFirst = true;
        foreach (var line in yaml.ToString().TrimEnd('\n').Split('\n'))
        {
            var isSection = line[0] != ' ';
            if (isSection) section = line;
            var service = section == "services:" && ServiceKey().Match(line) is { Success: true } key ? file.Services[key.Groups["name"].Value] : null;
            if ((isSection && section != line + ":" && text.Length > 0 && !EndsWithBlankLine(text)) || (service is not null && !isFirst)) text.Append('\n');
            if (service is not null) isFirst = false;
            if (service?.Comment is { } comment) text.Append("  # ").Append(comment).Append('\n');
            text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static bool EndsWithBlankLine(StringBuilder text) => text.Length > 1 && text[^1] == '\n' && text[^2] == '\n';

    /// <summary>Text that YAML, in each of its versions, takes for exactly this text when it stands without quotes.</summary>
    private static bool IsPlain(string text) => Plain().IsMatch(text) && !Words().IsMatch(text);

    [GeneratedRegex("^[A-Za-z/][A-Za-z0-9_./@-]*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex("^(?:true|false|yes|no|on|off|y|n|null)\\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    [GeneratedRegex("^  \"?(?<name>[A-Za-z0-9._-]+)\"?:$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ServiceKey();

    private static YamlDotNet.Core.Events.Scalar Event(string text) =>
        new(AnchorName.Empty, TagName.Empty, text, IsPlain(text) ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted, IsPlain(text), !IsPlain(text));

    private sealed class ScalarConverter : IYamlTypeConverter
    {
        public bool Accepts(Type type) => type == typeof(Scalar) || type == typeof(Scalar?);

        public object ReadYaml(IParser parser, Type type, ObjectDeserializer rootDeserializer) => throw new NotSupportedException("Compose files are written, not read.");

        public void WriteYaml(IEmitter emitter, object? value, Type type, ObjectSerializer serializer)
        {
            var scalar = (Scalar)value!;
            emitter.Emit(scalar.IsPlain ? new YamlDotNet.Core.Events.Scalar(AnchorName.Empty, TagName.Empty, scalar.Text, ScalarStyle.Plain, true, false) : Event(scalar.Text));
        }
    }

    // A path alone is a text, which is all that a stack knows.
    private sealed class EnvFileConverter : IYamlTypeConverter
    {
        public bool Accepts(Type type) => type == typeof(EnvFile);

        public object ReadYaml(IParser parser, Type type, ObjectDeserializer rootDeserializer) => throw new NotSupportedException("Compose files are written, not read.");

        public void WriteYaml(IEmitter emitter, object? value, Type type, ObjectSerializer serializer)
        {
            var file = (EnvFile)value!;
            if (file is { Required: null, Format: null })
            {
                serializer(file.Path);
                return;
            }

            emitter.Emit(new YamlDotNet.Core.Events.MappingStart());
            Entry("path", file.Path);
            if (file.Required is { } required) Entry("required", (Scalar)required);
            if (file.Format is { } format) Entry("format", format);
            emitter.Emit(new YamlDotNet.Core.Events.MappingEnd());

            void Entry(string key, object entry)
            {
                emitter.Emit(Event(key));
                serializer(entry);
            }
        }
    }

    // What is a text in the model is one in the file: "3" and "no" get quotes.
    private sealed class TextEmitter(IEventEmitter next) : YamlDotNet.Serialization.EventEmitters.ChainedEventEmitter(next)
    {
        public override void Emit(ScalarEventInfo eventInfo, IEmitter emitter)
        {
            if (eventInfo.Source.Value is string text) emitter.Emit(Event(text));
            else base.Emit(eventInfo, emitter);
        }
    }
}
