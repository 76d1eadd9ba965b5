using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nuke.Common.Utilities;
using Nuke.Common.ValueInjection;

namespace Nuke.Common.Execution;

/// <summary>The parameters of a build as a JSON schema.</summary>
public class SchemaUtility
{
    private static readonly string[] Hosts =
    [
        "AppVeyor", "AzurePipelines", "Bamboo", "Bitbucket", "Bitrise", "GitHubActions", "GitLab", "Jenkins",
        "Rider", "SpaceAutomation", "TeamCity", "Terminal", "TravisCI", "VSCode", "VisualStudio",
    ];

    private readonly NukeBuild _build;
    private readonly Utf8JsonWriter _json;

    private SchemaUtility(NukeBuild build, Utf8JsonWriter json)
    {
        _build = build;
        _json = json;
    }

    /// <summary>The schema as it stands in <c>.nuke/build.schema.json</c>.</summary>
    public static string GetJsonString(INukeBuild build)
    {
        using var stream = new MemoryStream(8192);
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, options))
            new SchemaUtility((NukeBuild)build, json).Write();
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>The schema.</summary>
    public static JsonDocument GetJsonDocument(INukeBuild build) => JsonDocument.Parse(GetJsonString(build));

    private void Write()
    {
        var parameters = InjectionMembers.Parameters(_build.InjectionMembers);
        var own = parameters.Where(x => !x.IsEngines).ToList();
        _json.WriteStartObject();
        _json.WriteString("$schema", "http://json-schema.org/draft-04/schema#");

        _json.WriteStartObject("definitions");
        foreach (var type in own.Select(x => EnumType(x.Member)).Where(x => x is not null).Distinct())
            WriteEnum(type.Name, Enum.GetNames(type), described: true);
        // As NUKE orders them: by the culture, which is none in a build with InvariantGlobalization.
        WriteEnum("Host", Hosts.Order(StringComparer.CurrentCulture));
        WriteEnum("ExecutableTarget", _build.ExecutableTargets.Select(x => x.Name).Order(StringComparer.OrdinalIgnoreCase));
        WriteEnum("Verbosity", Enum.GetNames<Verbosity>(), described: true);
        _json.WriteStartObject("NukeBuild");
        WriteProperties(parameters.Where(x => x.IsEngines));
        _json.WriteEndObject();
        _json.WriteEndObject();

        _json.WriteStartArray("allOf");
        _json.WriteStartObject();
        WriteProperties(own);
        _json.WriteEndObject();
        _json.WriteStartObject();
        WriteReference("NukeBuild");
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteProperties(IEnumerable<Parameter> parameters)
    {
        _json.WriteStartObject("properties");
        foreach (var parameter in parameters)
        {
            var (member, attribute) = parameter;
            var name = parameter.Name;
            _json.WriteStartObject(name);
            var type = member.MemberType();
            var isArray = ValueConversion.ElementType(type) is not null;
            var reference = Reference(name, member);
            var (jsonType, format) = reference is null ? JsonType(type) : (null, null);
            if (isArray)
                _json.WriteString("type", "array");
            else if (jsonType is not null)
                WriteType(jsonType, Nullable.GetUnderlyingType(type) is not null);

            if (!string.IsNullOrEmpty(attribute.Description))
                _json.WriteString("description", attribute.Description);
            if (member.IsDefined(typeof(SecretAttribute)))
                _json.WriteString("default", "Secrets must be entered via 'nuke :secrets [profile]'");

            if (isArray)
                _json.WriteStartObject("items");
            if (isArray && jsonType is not null)
                _json.WriteString("type", jsonType);
            if (reference is not null)
                WriteReference(reference);
            if (format is not null)
                _json.WriteString("format", format);
            if (reference is null && attribute.GetValueSet(member, _build) is { } values)
                WriteStrings("enum", values.Select(x => x.Text).Order(StringComparer.OrdinalIgnoreCase));
            if (isArray)
                _json.WriteEndObject();
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }

    private void WriteEnum(string name, IEnumerable<string> values, bool described = false)
    {
        _json.WriteStartObject(name);
        _json.WriteString("type", "string");
        if (described)
            _json.WriteString("description", string.Empty);
        WriteStrings("enum", values);
        _json.WriteEndObject();
    }

    private void WriteType(string type, bool nullable)
    {
        if (nullable)
            WriteStrings("type", [type, "null"]);
        else
            _json.WriteString("type", type);
    }

    private void WriteReference(string definition) => _json.WriteString("$ref", $"#/definitions/{definition}");

    private void WriteStrings(string name, IEnumerable<string> values)
    {
        _json.WriteStartArray(name);
        foreach (var value in values)
            _json.WriteStringValue(value);
        _json.WriteEndArray();
    }

    private static string Reference(string name, MemberInfo member) =>
        member.DeclaringType == typeof(NukeBuild) && name is "Target" or "Skip" ? "ExecutableTarget" :
        member.MemberType() == typeof(Host) ? "Host" :
        EnumType(member)?.Name;

    private static Type EnumType(MemberInfo member)
    {
        var type = ValueConversion.ElementType(member.MemberType()) ?? member.MemberType();
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? type : null;
    }

    private static (string Type, string Format) JsonType(Type type)
    {
        var scalar = ValueConversion.ElementType(type) ?? type;
        return Type.GetTypeCode(Nullable.GetUnderlyingType(scalar) ?? scalar) switch
        {
            TypeCode.Boolean => ("boolean", null),
            TypeCode.Int32 => ("integer", "int32"),
            TypeCode.Int64 => ("integer", "int64"),
            TypeCode.Single => ("number", "float"),
            TypeCode.Double => ("number", "double"),
            TypeCode.Decimal => ("number", "decimal"),
            _ => ("string", null),
        };
    }
}
