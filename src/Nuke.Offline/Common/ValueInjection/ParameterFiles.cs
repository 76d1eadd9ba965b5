using System.Text.Json;
using Nuke.Common.IO;
using Nuke.Common.Utilities;

namespace Nuke.Common.ValueInjection;

/// <summary>Parameters from <c>.nuke/parameters.json</c> and the profiles asked for; a later profile wins.</summary>
internal sealed class ParameterFiles
{
    private readonly AbsolutePath _root;
    private readonly Dictionary<string, (AbsolutePath File, IReadOnlyList<string> Values)> _values = new(StringComparer.OrdinalIgnoreCase);

    public ParameterFiles(AbsolutePath directory, IEnumerable<string> profiles)
    {
        _root = directory.Parent;
        if ((directory / "parameters.json").ExistingFile() is { } defaults)
            Read(defaults);
        foreach (var profile in profiles)
        {
            var file = directory / $"parameters.{profile}.json";
            if (!file.FileExists())
                Assert.Fail($"Profile '{profile}' does not exist: expected {file}.{Available(directory, profile)}");
            Read(file);
        }
    }

    /// <summary>The files of the running build, once they are loaded.</summary>
    public static ParameterFiles Loaded { get; set; }

    public object Get(string name, Type type, char? separator)
    {
        if (!_values.TryGetValue(name, out var entry))
            return null;
        if (entry.Values is [['v', '1', ':', ..]])
        {
            throw new EncryptedValueException(
                $"Parameter '{name}' is encrypted in {entry.File}. Nuke.Offline does not decrypt: " +
                "give the value in the environment, or on the command line");
        }

        // Paths in a file start from the root, those on a command line from the working directory.
        if (typeof(IAbsolutePathHolder).IsAssignableFrom(type) && entry.Values is [var path] && !PathConstruction.HasPathRoot(path))
            return _root / path;

        try
        {
            return entry.Values.Count == 1 ? ValueConversion.Convert(entry.Values[0], type, separator) : ValueConversion.Convert(entry.Values, type);
        }
        catch (Exception exception)
        {
            Assert.Fail($"Resolving parameter '{name}' from '{entry.File.Name}' failed.{Environment.NewLine}{exception.Message}");
            throw;
        }
    }

    private void Read(AbsolutePath file)
    {
        try
        {
            using var document = JsonDocument.Parse(
                File.ReadAllBytes(file),
                new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            foreach (var property in document.RootElement.EnumerateObject())
                _values[property.Name] = (file, Texts(property.Value));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The reader's own message may quote the rest of the file.
            Assert.Fail($"Parameter file {file} is not valid: {(exception is JsonException json ? $"see line {json.LineNumber + 1}" : exception.Message)}");
        }
    }

    private static List<string> Texts(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(Text).ToList() : [Text(value)];

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();

    private static string Available(AbsolutePath directory, string profile)
    {
        var profiles = directory.GetFiles("parameters.*.json").Select(x => x.NameWithoutExtension["parameters.".Length..]).ToList();
        if (profiles.Count == 0)
            return string.Empty;
        var closest = profiles.ClosestTo(profile);
        return $" {(closest is null ? null : $"Did you mean '{closest}'? ")}Available profiles are: {string.Join(", ", profiles)}";
    }
}
