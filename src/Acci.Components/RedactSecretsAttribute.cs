using Acci.Delivery.Processes;
using Nuke.Common.Execution;
using Serilog;

namespace Acci.Components;

/// <summary>Masks the values of secret parameters in everything that the build prints and logs, and keeps them from the programs that it starts.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RedactSecretsAttribute : BuildExtensionAttributeBase, IOnBuildInitialized
{
    /// <summary>Before anything that could print one.</summary>
    public override float Priority { get; set; } = 1000;

    public void OnBuildInitialized(IReadOnlyCollection<ExecutableTarget> executableTargets, IReadOnlyCollection<ExecutableTarget> executionPlan)
    {
        var parameters = Parameters.Of(Build.GetType());
        if (EncryptedValues.Undecrypted(parameters, Build) is { } problem) Environment.Exit(BuildProcess.Refuse(problem));
        var secrets = new SecretParameters(Build.GetType());
        foreach (var secret in secrets.ValuesOf(Build)) Redaction.Register(secret);
        secrets.Withhold(Build);

        Log.Logger = FailureSink.Before(RedactedSink.Before(Log.Logger), Build.GetType());
        // The log of a build server is read by others, who would learn which secret is easy to guess.
        if (Build.IsServerBuild || BuildServers.RunOn(ProcessEnvironment.Read())) return;
        foreach (var warning in WeakSecrets.Warnings(secrets.NamedValuesOf(Build))) Log.Warning("{Warning:l}", warning);
    }
}
