using Acci.Delivery.Processes;

namespace Acci.Components;

/// <summary>Build servers, also those that an engine of the build does not know.</summary>
internal static class BuildServers
{
    // CI is set by GitLab, Bitbucket, Buildkite, CircleCI, Drone, Travis, Woodpecker and others. Sources: each one's documentation, "Predefined variables".
    private static readonly string[] Variables = ["CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "CODEBUILD_BUILD_ID", "bamboo_planKey"];

    /// <summary>Whether the build runs on one, by its variables.</summary>
    public static bool RunOn(ProcessEnvironment environment) => Variables.Any(x => environment.Find(x) is { Length: > 0 } value && !value.Equals("false", StringComparison.OrdinalIgnoreCase));
}
