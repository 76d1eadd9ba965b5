using Acci.Delivery.Processes;

namespace Acci.Components;

/// <summary>The command that does on anyone's machine what a build did in a workflow.</summary>
internal static class RepeatCommand
{
    // Only a workflow has an identity of its own, elsewhere images are signed with the machine's key; and whoever looks for what went wrong is not to delete anything.
    private static readonly string[] OfWorkflowsOnly = ["--keyless", "--prune-delete"];

    /// <summary>The command for a build that was started with these arguments.</summary>
    /// <param name="command">What runs the build.</param>
    /// <param name="arguments">The command line, with the present names of parameters.</param>
    public static string Of(string command, IEnumerable<string> arguments)
    {
        var kept = new List<string>();
        var skipValue = false;
        foreach (var argument in arguments)
        {
            var isItsValue = skipValue && bool.TryParse(argument, out _);
            skipValue = OfWorkflowsOnly.Contains(argument, StringComparer.OrdinalIgnoreCase);
            if (!skipValue && !isItsValue) kept.Add(argument);
        }

        return new Command(command, kept).ToString();
    }
}
