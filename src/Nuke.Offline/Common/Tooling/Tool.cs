namespace Nuke.Common.Tooling;

/// <summary>
/// Runs a command-line tool, waits for it, and returns what it wrote; an exit code other than 0 is an error unless <paramref
/// name="exitHandler"/> says otherwise.
/// </summary>
public delegate IReadOnlyCollection<Output> Tool(
    ArgumentStringHandler arguments,
    string workingDirectory = null,
    IReadOnlyDictionary<string, string> environmentVariables = null,
    int? timeout = null,
    bool? logOutput = null,
    bool? logInvocation = null,
    Action<OutputType, string> logger = null,
    Action<IProcess> exitHandler = null);
