using System.Reflection;
using Acci.Delivery;
using Acci.Delivery.Versioning;
using Nuke.Common;
using Nuke.Common.CI.GitHubActions;
using Nuke.Common.Execution;

namespace Acci.Components;

/// <summary>
/// What a build says to GitHub Actions beyond what NUKE says: secrets are masked in everything the runner shows from then on, in other steps, too; and when the build
/// failed, its last line is the command with which anyone repeats it on a machine of their own.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReportToGitHubAttribute : BuildExtensionAttributeBase, IOnBuildInitialized, IOnBuildFinished
{
    /// <inheritdoc/>
    public void OnBuildInitialized(IReadOnlyCollection<ExecutableTarget> executableTargets, IReadOnlyCollection<ExecutableTarget> executionPlan)
    {
        if (GitHubActions.Instance is null) return;
        foreach (var member in Parameters.Of(Build.GetType()).Values)
        {
            if (member?.GetCustomAttribute<SecretAttribute>() is null || Parameters.Value(member, Build)?.ToString() is not { Length: > 0 } secret) continue;
            // Below the mask of our own, which would make it the mask of a mask; and a line at a time, as the runner reads its commands.
            foreach (var line in secret.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) WriteUnmasked($"{WorkflowCommand.MaskOf(line)}\n");
        }
    }

    /// <inheritdoc/>
    public void OnBuildFinished()
    {
        if (GitHubActions.Instance is not { } runner || Build.IsSucceeding || Interruption.IsRequested) return;
        var command = ((Build as IHazLayout)?.Layout ?? new RepositoryLayout()).BuildCommand;
        var arguments = new FormerNames(Parameters.Of(Build.GetType())).Renamed(Environment.GetCommandLineArgs().Skip(1));
        var commit = CheckedOut() ?? runner.Sha;
        // Fetched by its name: what a pull request would be when merged is on no branch.
        Shown.WriteLine($"To repeat this on a machine of your own: git fetch origin {commit} && git checkout {commit} && {RepeatCommand.Of(command, arguments)}");
    }

    // It need not be the commit that the workflow runs for.
    private static string? CheckedOut()
    {
        // A git that hangs does not keep a build that has ended.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            return VersionInfo.RevisionAsync(NukeBuild.RootDirectory, limit.Token).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is DeliveryException or OperationCanceledException)
        {
            // The build has failed of something else, or has said so.
            return null;
        }
    }

    private static void WriteUnmasked(string command)
    {
        Console.Out.Flush();
        BuildProcess.Unredacted.Write(command);
        BuildProcess.Unredacted.Flush();
    }
}
