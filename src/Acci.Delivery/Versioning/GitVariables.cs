namespace Acci.Delivery.Versioning;

/// <summary>
/// The variables by which git takes another repository than the folder's. git sets them for its hooks and for <c>git rebase --exec</c>, and a build that one of these
/// starts would be of that repository.
/// Source: git, "git rev-parse", option <c>--local-env-vars</c>, without those that are configuration and the one that is set here.
/// </summary>
public static class GitVariables
{
    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> OfRepository { get; } =
    [
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
    ];

    /// <summary>By which git reads commits as they are, and not what <c>git replace</c> put in their place in this clone.</summary>
    internal const string NoReplacements = "GIT_NO_REPLACE_OBJECTS";

    /// <summary>By which git takes the paths that it is asked about for something else. Source: git, "git", section "Environment Variables".</summary>
    internal static IReadOnlyList<string> OfPaths { get; } =
        ["GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_LITERAL_PATHSPECS", "GIT_NOGLOB_PATHSPECS"];

    /// <summary>
    /// By which git writes beside its answers what it does. Source: git, "git", section "Environment Variables"; "Trace2 API".
    /// </summary>
    internal static IReadOnlyList<string> OfTraces { get; } =
    [
        "GIT_CURL_VERBOSE", "GIT_TRACE", "GIT_TRACE_BARE", "GIT_TRACE_BUNDLE_URI", "GIT_TRACE_CURL", "GIT_TRACE_CURL_NO_DATA", "GIT_TRACE_FSMONITOR",
        "GIT_TRACE_PACK_ACCESS", "GIT_TRACE_PACKET", "GIT_TRACE_PACKFILE", "GIT_TRACE_PERFORMANCE",
        "GIT_TRACE_REDACT", "GIT_TRACE_REFS", "GIT_TRACE_SETUP", "GIT_TRACE_SHALLOW",
    ];

    /// <summary>The traces that a person's or a machine's configuration switches on, too; 0 switches them off.</summary>
    internal static IReadOnlyList<string> OfConfiguredTraces { get; } = ["GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_TRACE2_PERF"];

    /// <summary>Takes them out of this process, and so out of every git that it starts, and has these read commits as they are.</summary>
    public static void Drop()
    {
        foreach (var name in OfRepository) Environment.SetEnvironmentVariable(name, null);
        Environment.SetEnvironmentVariable(NoReplacements, "1");
    }
}
