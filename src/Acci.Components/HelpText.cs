using System.Globalization;
using System.Reflection;
using System.Text;
using Acci.Generation.RunConfigurations;
using Nuke.Common;
using Nuke.Common.Execution;

namespace Acci.Components;

/// <summary>What <c>--help</c> prints: every listed target and parameter.</summary>
internal static class HelpText
{
    private const int Narrowest = 60, Widest = 120, WhenRedirected = 100;

    /// <summary>The terminal's width in columns, as far as lines are still easy to read.</summary>
    public static int ConsoleWidth => Console.IsOutputRedirected ? WhenRedirected : Math.Clamp(Console.WindowWidth, Narrowest, Widest);

    /// <summary>The text.</summary>
    /// <param name="build">The class of the build.</param>
    /// <param name="targets">Its targets.</param>
    /// <param name="width">Columns of a line.</param>
    public static string Of(Type build, IReadOnlyCollection<ExecutableTarget> targets, int width)
    {
        var text = new StringBuilder("Targets (with their direct dependencies):\n\n");
        var listed = targets.Where(x => x.Listed).Select(x => (Name: x.IsDefault ? $"{x.Name} (default)" : x.Name, Target: x)).ToArray();
        var widest = listed.Max(x => x.Name.Length);
        foreach (var (name, target) in listed)
        {
            var dependencies = string.Join(", ", target.ExecutionDependencies.Select(x => x.Name));
            text.Append($"  {name.PadRight(widest)}{(dependencies.Length > 0 ? $" -> {dependencies}" : "")}".TrimEnd()).Append('\n');
            if (target.Description is { Length: > 0 } description) AppendWrapped(text, "    ", description, width);
        }

        text.Append("\nParameters:\n");
        var parameters = Parameters.Of(build).Values.OfType<MemberInfo>()
            .Where(x => x.GetCustomAttribute<ParameterAttribute>()!.List)
            .Select(x => (Member: x, Option: $"--{BuildParameter.Typed(Parameters.NameOf(x))}"))
            .OrderBy(x => x.Option, StringComparer.Ordinal)
            .ToArray();
        var longest = parameters.Max(x => x.Option.Length);
        var defaults = string.Join(", ", targets.Where(x => x.IsDefault).Select(x => x.Name));
        foreach (var group in parameters.GroupBy(x => Parameters.IsEngines(x.Member)).OrderBy(x => x.Key))
        {
            text.Append('\n');
            foreach (var (member, option) in group)
            {
                var description = Parameters.Describe(member).Replace("{default_target}", defaults, StringComparison.Ordinal);
                AppendWrapped(text, $"  {option.PadRight(longest)}   ", description, width);
            }
        }

        return text.Append('\n').ToString();
    }

    private static void AppendWrapped(StringBuilder text, string start, string description, int width)
    {
        var line = start;
        foreach (var word in description.Split(' '))
        {
            if (line.Length > start.Length && line.Length + 1 + word.Length > width)
            {
                text.Append(line).Append('\n');
                line = new string(' ', start.Length);
            }

            line += line.Length == start.Length ? word : $" {word}";
        }

        text.Append(CultureInfo.InvariantCulture, $"{line}.\n");
    }
}
