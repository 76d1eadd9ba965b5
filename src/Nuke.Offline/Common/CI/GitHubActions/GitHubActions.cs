using System.Globalization;
using System.Text.Json;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.Tooling;
using Nuke.Common.Utilities;

namespace Nuke.Common.CI.GitHubActions;

/// <summary>GitHub Actions: its variables, and the commands it reads from the log.</summary>
public class GitHubActions : Host, IBuildServer
{
    internal GitHubActions()
    {
    }

    /// <summary>The host, if it is this one; null otherwise.</summary>
    public static GitHubActions Instance => NukeBuild.Host as GitHubActions;

    internal static bool IsRunningGitHubActions => Environment.GetEnvironmentVariable("GITHUB_ACTIONS") is not null;

    /// <summary>The action that runs.</summary>
    public string Action => Variable("GITHUB_ACTION");

    /// <summary>Who started the run.</summary>
    public string Actor => Variable("GITHUB_ACTOR");

    /// <summary>The branch a pull request is to be merged into.</summary>
    public string BaseRef => Variable("GITHUB_BASE_REF");

    /// <summary>The event that started the run.</summary>
    public string EventName => Variable("GITHUB_EVENT_NAME");

    /// <summary>The file with the event.</summary>
    public string EventPath => Variable("GITHUB_EVENT_PATH");

    /// <summary>The branch of a pull request.</summary>
    public string HeadRef => Variable("GITHUB_HEAD_REF");

    /// <summary>The user's home.</summary>
    public string Home => Variable("HOME");

    /// <summary>Whether the run belongs to a pull request.</summary>
    public bool IsPullRequest => EventName is "pull_request" or "pull_request_target";

    /// <summary>The job.</summary>
    public string Job => Variable("GITHUB_JOB");

    /// <summary>What happened to the pull request.</summary>
    public string PullRequestAction => FromEvent(x => x.GetProperty("action").GetString());

    /// <summary>The number of the pull request.</summary>
    public int? PullRequestNumber => IsPullRequest ? FromEvent(x => (int?)x.GetProperty("number").GetInt32()) : null;

    /// <summary>The branch or tag, with <c>refs/</c>.</summary>
    public string Ref => Variable("GITHUB_REF");

    /// <summary>The branch or tag, without <c>refs/</c>.</summary>
    public string RefName => Variable("GITHUB_REF_NAME");

    /// <summary><c>branch</c> or <c>tag</c>.</summary>
    public string RefType => Variable("GITHUB_REF_TYPE");

    /// <summary>Owner and name of the repository.</summary>
    public string Repository => Variable("GITHUB_REPOSITORY");

    /// <summary>The owner of the repository.</summary>
    public string RepositoryOwner => Variable("GITHUB_REPOSITORY_OWNER");

    /// <summary>Which attempt of the run this is, from 1.</summary>
    public long RunAttempt => Number("GITHUB_RUN_ATTEMPT");

    /// <summary>The run.</summary>
    public long RunId => Number("GITHUB_RUN_ID");

    /// <summary>Which run of the workflow this is, from 1.</summary>
    public long RunNumber => Number("GITHUB_RUN_NUMBER");

    /// <summary>The server's address.</summary>
    public string ServerUrl => Variable("GITHUB_SERVER_URL");

    /// <summary>The commit.</summary>
    public string Sha => Variable("GITHUB_SHA");

    /// <summary>The file that takes the job's summary.</summary>
    public AbsolutePath StepSummaryFile => Variable("GITHUB_STEP_SUMMARY");

    /// <summary>The token of the run, if the workflow hands it on.</summary>
    public string Token => Variable("GITHUB_TOKEN");

    /// <summary>The workflow.</summary>
    public string Workflow => Variable("GITHUB_WORKFLOW");

    /// <summary>Where the repository is checked out.</summary>
    public string Workspace => Variable("GITHUB_WORKSPACE");

    string IBuildServer.Branch => Ref;

    string IBuildServer.Commit => Sha;

    /// <summary>Begins a group in the log.</summary>
    public void Group(string group) => WriteCommand("group", group);

    /// <summary>Ends a group in the log.</summary>
    public void EndGroup(string group) => WriteCommand("endgroup", group);

    /// <summary>Writes a message that is shown when the run is debugged.</summary>
    public void WriteDebug(string message) => WriteCommand("debug", message);

    /// <summary>Annotates the run with a warning.</summary>
    public void WriteWarning(string message) => WriteCommand("warning", message);

    /// <summary>Annotates the run with an error.</summary>
    public void WriteError(string message) => WriteCommand("error", message);

    /// <summary>Writes a command that GitHub Actions reads from the log.</summary>
    public void WriteCommand(string command, string message = null, Configure<Dictionary<string, object>> dictionaryConfigurator = null)
    {
        var parameters = dictionaryConfigurator.InvokeSafe([])
            .Select(x => $"{x.Key}={EscapeProperty(Convert.ToString(x.Value, CultureInfo.InvariantCulture))}")
            .ToList();
        ConsoleOutput.WriteRaw($"::{command}{(parameters.Count == 0 ? null : " " + string.Join(',', parameters))}::{EscapeData(message)}");
    }

    /// <inheritdoc/>
    protected internal override IDisposable WriteBlock(string text) => DelegateDisposable.CreateBracket(() => Group(text), () => EndGroup(text));

    /// <inheritdoc/>
    protected internal override void ReportWarning(string text, string details = null) => WriteWarning(text);

    /// <inheritdoc/>
    protected internal override void ReportError(string text, string details = null) => WriteError(text);

    /// <summary>A message that begins like a command would be taken for one.</summary>
    protected internal override bool FilterMessage(string message) =>
        message.StartsWith("##[", StringComparison.Ordinal) || message.StartsWith("::", StringComparison.Ordinal);

    private static string EscapeData(string data) => data?
        .Replace("%", "%25", StringComparison.Ordinal)
        .Replace("\r", "%0D", StringComparison.Ordinal)
        .Replace("\n", "%0A", StringComparison.Ordinal);

    private static string EscapeProperty(string value) => EscapeData(value)
        .Replace(":", "%3A", StringComparison.Ordinal)
        .Replace(",", "%2C", StringComparison.Ordinal);

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name);

    private static long Number(string name) => long.Parse(Variable(name) ?? "0", CultureInfo.InvariantCulture);

    private T FromEvent<T>(Func<JsonElement, T> selector)
    {
        if (!File.Exists(EventPath))
            return default;
        using var document = JsonDocument.Parse(File.ReadAllBytes(EventPath));
        return selector(document.RootElement);
    }
}
