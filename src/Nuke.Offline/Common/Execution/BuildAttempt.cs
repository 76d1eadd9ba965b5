using System.Globalization;
using Nuke.Common.IO;
using Serilog;

namespace Nuke.Common.Execution;

/// <summary>Remembers what has succeeded, so that <c>--continue</c> need not do it again.</summary>
internal sealed class BuildAttempt
{
    private readonly AbsolutePath _file;
    private readonly HashSet<string> _succeeded;

    private BuildAttempt(AbsolutePath file, IEnumerable<string> succeeded)
    {
        _file = file;
        _succeeded = succeeded.ToHashSet(StringComparer.Ordinal);
    }

    public static BuildAttempt Begin(NukeBuild build)
    {
        var file = NukeBuild.TemporaryDirectory / "build-attempt.log";
        var invocation = Invocation();
        string[] succeeded = [];
        if (build.Continue)
        {
            if (file.FileExists() && file.ReadAllLines() is [var previous, .. var targets] && previous == invocation)
                succeeded = targets;
            else
                Log.Warning("Build invocation changed. Restarting ...");
        }

        File.WriteAllLines(file, [invocation]);
        return new BuildAttempt(file, succeeded);
    }

    public bool HasSucceeded(ExecutableTarget target) => _succeeded.Contains(target.Name);

    public void Add(ExecutableTarget target) => File.AppendAllText(_file, target.Name + Environment.NewLine);

    /// <summary>A hash (FNV-1a), because arguments can be secrets and this is written to a file.</summary>
    private static string Invocation()
    {
        var arguments = EnvironmentInfo.CommandLineArguments.Where(x => !string.Equals(x, "--continue", StringComparison.OrdinalIgnoreCase));
        var hash = 14695981039346656037UL;
        foreach (var character in string.Join('\n', arguments))
            hash = unchecked((hash ^ character) * 1099511628211UL);
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
