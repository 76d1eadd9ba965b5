using System.ComponentModel;
using System.Reflection;
using System.Text.RegularExpressions;
using Acci.Delivery.Processes;
using Acci.Delivery.RunConfigurations;
using Nuke.Common;
using Nuke.Common.Execution;
using Nuke.Common.Tooling;

namespace Acci.Components;

/// <summary>
/// NUKE ignores a parameter it does not know and uses the default where a value does not convert. Here both end the build before anything ran,
/// with the closest match. Secrets are masked in everything the build prints from here on.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed partial class StrictParametersAttribute : BuildExtensionAttributeBase, IOnBuildCreated, IOnBuildInitialized
{
    private const int Unusable = 2;

    /// <summary>Before the engine injects any value, and warns where ours is an error.</summary>
    public override float Priority { get; set; } = 1000;

    /// <inheritdoc/>
    public void OnBuildCreated(IReadOnlyCollection<ExecutableTarget> executableTargets)
    {
        Console.SetOut(new RedactedWriter(Console.Out));
        Console.SetError(new RedactedWriter(Console.Error));
        ExecutableTargets.Keep(Build, executableTargets);
        var parameters = Parameters.Of(Build.GetType());
        if (Problems(parameters).FirstOrDefault() is not { } problem) return;
        Console.Error.WriteLine($"error: {problem}");
        Environment.Exit(Unusable);
    }

    /// <inheritdoc/>
    public void OnBuildInitialized(IReadOnlyCollection<ExecutableTarget> executableTargets, IReadOnlyCollection<ExecutableTarget> executionPlan)
    {
        foreach (var member in Parameters.Of(Build.GetType()).Values)
        {
            if (member?.GetCustomAttribute<SecretAttribute>() is not null) Redaction.Register(Parameters.Value(member, Build)?.ToString());
        }
    }

    private static IEnumerable<string> Problems(IReadOnlyDictionary<string, MemberInfo?> parameters)
    {
        foreach (var (name, values) in Arguments())
        {
            if (!parameters.TryGetValue(Parameters.Normalize(name), out var member))
            {
                var closest = ClosestMatch.Of(Parameters.Normalize(name), parameters.Select(x => x.Value?.GetCustomAttribute<ParameterAttribute>()?.Name ?? x.Value?.Name ?? x.Key));
                yield return $"there is no parameter '--{name}'.{(closest is null ? "" : $" Did you mean '--{BuildParameter.Typed(closest)}'?")} All are listed by --help.";
            }
            else if (member is not null)
            {
                foreach (var value in values)
                {
                    if (Problem(Parameters.ValueType(member), value) is { } problem) yield return $"--{name} cannot be '{value}': {problem}.";
                }
            }
        }
    }

    // NUKE's own reading of a command line: what follows `--name` up to the next one are its values.
    private static IEnumerable<(string Name, List<string> Values)> Arguments()
    {
        (string Name, List<string> Values)? current = null;
        // The program's own name comes first, whatever the engine makes of it.
        foreach (var argument in Environment.GetCommandLineArgs().Skip(1))
        {
            if (Option().Match(argument) is { Success: true } option)
            {
                if (current is not null) yield return current.Value;
                current = (option.Groups["name"].Value, []);
            }
            else
            {
                current?.Values.Add(argument);
            }
        }

        if (current is not null) yield return current.Value;
    }

    /// <summary>Why the text is no value of this type, or null when it is one.</summary>
    private static string? Problem(Type type, string value)
    {
        if (type.IsEnum)
        {
            if (Enum.GetNames(type).Contains(value, StringComparer.OrdinalIgnoreCase)) return null;
            var closest = ClosestMatch.Of(value, Enum.GetNames(type));
            return $"it is one of {string.Join(", ", Enum.GetNames(type))}{(closest is null ? "" : $"; did you mean '{closest}'?")}";
        }

        if (type == typeof(string)) return null;
        if (type == typeof(bool)) return bool.TryParse(value, out _) ? null : "it is a switch, alone or followed by true or false";
        var converter = TypeDescriptor.GetConverter(type);
        if (!converter.CanConvertFrom(typeof(string))) return null;
        try
        {
            converter.ConvertFromInvariantString(value);
            return null;
        }
        catch (Exception)
        {
            return typeof(Enumeration).IsAssignableFrom(type)
                ? $"it is one of {string.Join(", ", type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(x => x.FieldType == type).Select(x => x.GetValue(null)))}"
                : $"it is not a valid {type.Name}";
        }
    }

    [GeneratedRegex("^--?(?<name>[A-Za-z][A-Za-z0-9_-]*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Option();
}
