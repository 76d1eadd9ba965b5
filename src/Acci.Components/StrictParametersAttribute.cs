using System.Reflection;
using Acci.Delivery.Processes;
using Nuke.Common;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Serilog;

namespace Acci.Components;

/// <summary>
/// NUKE ignores a parameter it does not know and uses the default where a value does not convert. Here both end the build before anything ran,
/// with the closest match, wherever they come from: the command line, the environment, or a parameter file. Secrets are masked in everything
/// the build prints and logs from here on.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StrictParametersAttribute : BuildExtensionAttributeBase, IOnBuildCreated, IOnBuildInitialized
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
        var check = new ParameterCheck(Parameters.Of(Build.GetType()), [.. executableTargets.Select(x => x.Name)]);
        if (Problems(check).FirstOrDefault() is not { } problem) return;
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

        Log.Logger = RedactedSink.Before(Log.Logger);
    }

    private IEnumerable<string> Problems(ParameterCheck check)
    {
        // The program's own name comes first, whatever the engine makes of it.
        var arguments = TypedArguments.Read(Environment.GetCommandLineArgs().Skip(1));
        return [.. check.OfCommandLine(arguments), .. check.OfEnvironment(EnvironmentInfo.Variables), .. Files(arguments).SelectMany(x => check.OfFile(Build.RootDirectory.GetRelativePathTo(x), x.ReadAllText()))];
    }

    // A profile that has no file is the engine's to tell of.
    private IEnumerable<AbsolutePath> Files(TypedArguments arguments)
    {
        var typed = arguments.Parameters.LastOrDefault(x => Parameters.Normalize(x.Text).Equals("Profile", StringComparison.OrdinalIgnoreCase)).Values;
        var profiles = typed ?? (EnvironmentInfo.GetVariable("NUKE_PROFILE") is { Length: > 0 } profile ? [profile] : []);
        return profiles.Select(x => $"parameters.{x}.json").Prepend("parameters.json").Select(x => Build.RootDirectory / ".nuke" / x).Where(x => x.FileExists());
    }
}
