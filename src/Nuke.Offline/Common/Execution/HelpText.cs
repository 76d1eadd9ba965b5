using Nuke.Common.Utilities;
using Nuke.Common.ValueInjection;

namespace Nuke.Common.Execution;

/// <summary>What a build can do, for people.</summary>
internal static class HelpText
{
    private const int LineWidth = 80;

    public static void Write(NukeBuild build, IReadOnlyCollection<ExecutableTarget> targets)
    {
        WriteTargets(targets.Where(x => x.Listed).ToList());
        WriteParameters(build, string.Join(", ", targets.Where(x => x.IsDefault).Select(x => x.Name)));
    }

    private static void WriteTargets(IReadOnlyList<ExecutableTarget> targets)
    {
        ConsoleOutput.WriteLine("Targets (with their direct dependencies):", Style.Title);
        ConsoleOutput.WriteRaw(string.Empty);
        var names = targets.Select(x => x.IsDefault ? $"{x.Name} (default)" : x.Name).ToList();
        var width = names.Select(x => x.Length).DefaultIfEmpty().Max();
        foreach (var (target, name) in targets.Zip(names))
        {
            var dependencies = string.Join(", ", target.ExecutionDependencies.Select(x => x.Name));
            ConsoleOutput.WriteRaw($"  {name.PadRight(width)}{(dependencies.Length > 0 ? $" -> {dependencies}" : null)}");
            if (!string.IsNullOrWhiteSpace(target.Description))
                ConsoleOutput.WriteRaw($"    {target.Description}");
        }

        ConsoleOutput.WriteRaw(string.Empty);
    }

    private static void WriteParameters(NukeBuild build, string defaultTarget)
    {
        ConsoleOutput.WriteLine("Parameters:", Style.Title);
        ConsoleOutput.WriteRaw(string.Empty);
        var parameters = InjectionMembers.Parameters(build.InjectionMembers).Where(x => x.Attribute.List).ToList();
        var width = parameters.Max(x => x.Name.ToKebabCase().Length);
        foreach (var group in new[] { parameters.Where(x => !x.IsEngines), parameters.Where(x => x.IsEngines) })
        {
            foreach (var parameter in group)
            {
                var first = $"  --{parameter.Name.ToKebabCase().PadRight(width)}   ";
                foreach (var line in Wrap(Describe(parameter, defaultTarget), LineWidth - first.Length))
                {
                    ConsoleOutput.WriteRaw(first + line);
                    first = new string(' ', first.Length);
                }
            }

            ConsoleOutput.WriteRaw(string.Empty);
        }
    }

    private static string Describe(Parameter parameter, string defaultTarget)
    {
        if (string.IsNullOrEmpty(parameter.Attribute.Description))
            return "<no description>";
        return $"{parameter.Attribute.Description.TrimEnd('.')}.".Replace("{default_target}", defaultTarget, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        var line = string.Empty;
        foreach (var word in text.SplitSpace())
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = string.Empty;
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }
}
