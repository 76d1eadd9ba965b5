using System.Text.Json.Nodes;
using Acci.Delivery.Processes;
using Acci.GitHub.StandIn;
using Acci.Testing;
using YamlDotNet.RepresentationModel;

namespace Acci.EndToEnd.Tests.Workflows;

/// <summary>
/// Runs a repository's workflows as GitHub Actions would: jobs in the order of their needs, conditions and expressions evaluated, each <c>run</c> with bash and GitHub's
/// variables, outputs and summaries in files. What is in place of something else:
/// <list type="bullet">
/// <item>one working tree for all jobs, tidied up before each: compiling the build anew for every job would take minutes;</item>
/// <item>actions are not run: this class does what matters here of upload- and download-artifact, and the others have nothing to do;</item>
/// <item>scripts in <see cref="Replaced"/> are run as they are named there.</item>
/// </list>
/// A job's token may do what the job's permissions say, and the stand-in for the API holds it to them.
/// </summary>
internal sealed record WorkflowRunner
{
    /// <summary>In place of a script: it fails, and is meant to.</summary>
    public const string Fails = "exit 1";

    private readonly Dictionary<string, WorkflowRun> _runs = [];

    /// <summary>Owner and name.</summary>
    public required string Repository { get; init; }

    /// <summary>The working tree.</summary>
    public required string Folder { get; init; }

    /// <summary>Where the stand-in for GitHub's API is.</summary>
    public required string Api { get; init; }

    /// <summary>The repository's variables.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>The repository's secrets.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>A folder of programs that are found before others of their name.</summary>
    public required string Programs { get; init; }

    /// <summary>What the machine gives every job that it runs.</summary>
    public IReadOnlyDictionary<string, string> Machine { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The variables by which a job gets an identity token with these claims, where its permissions say so. Source: GitHub's documentation, "OpenID Connect reference".
    /// </summary>
    public Func<IEnumerable<(string Name, string Value)>, IReadOnlyDictionary<string, string>>? TokenService { get; init; }

    /// <summary>Scripts in whose place others are run.</summary>
    public IReadOnlyDictionary<string, string> Replaced { get; init; } = new Dictionary<string, string>();

    /// <summary>Everything that ran, in order.</summary>
    public List<RunStepResult> Steps { get; } = [];

    /// <summary>What the summary pages of all steps hold.</summary>
    public string Summary => string.Join('\n', Steps.Select(x => x.Summary));

    /// <summary>The workflows the event starts, each run to its end.</summary>
    public async Task RunAsync(GitHubEvent happening, CancellationToken cancellationToken)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, ".github", "workflows"), "*.yml").Order(StringComparer.Ordinal))
        {
            var workflow = Read(file);
            if (happening.Starts((YamlMappingNode)workflow["on"])) await RunAsync(await StartAsync(happening, workflow["name"].ToString(), cancellationToken), workflow, [], cancellationToken);
        }
    }

    /// <summary>A person starts the workflow for a branch or tag, with these inputs.</summary>
    public async Task DispatchAsync(string name, string reference, JsonObject inputs, CancellationToken cancellationToken)
    {
        var (workflow, given) = Take(name, "workflow_dispatch", inputs);
        await RunAsync(await StartAsync(GitHubEvent.Dispatch(Repository, reference, inputs), name, cancellationToken), workflow, given, cancellationToken);
    }

    /// <summary>A workflow of <paramref name="owner"/>'s that a workflow of this repository calls, with these inputs; the secrets are those of the caller.</summary>
    /// <param name="name">The workflow's name.</param>
    /// <param name="owner">The repository that has it, and at which ref: <c>owner/name@refs/tags/v1</c>.</param>
    /// <param name="happening">What starts the caller.</param>
    /// <param name="inputs">What the caller gives it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The outputs of the workflow.</returns>
    public async Task<JsonObject> CallAsync(string name, string owner, GitHubEvent happening, JsonObject inputs, CancellationToken cancellationToken)
    {
        var (workflow, given) = Take(name, "workflow_call", inputs);
        var caller = await StartAsync(happening, "caller", cancellationToken);
        return (await RunAsync(caller with { Holder = PlaceOf(name, owner) }, workflow, given, cancellationToken)).Outputs;
    }

    /// <summary>The id of the last run of a workflow.</summary>
    public string IdOf(string workflow) => _runs.Values.Last(x => x.Workflow == workflow).Id;

    /// <summary>Tags the commit that is checked out.</summary>
    public Task TagAsync(string tag, CancellationToken cancellationToken) => GitAsync(cancellationToken, "tag", tag);

    /// <summary>The commit that is checked out.</summary>
    public async Task<string> CommitAsync(CancellationToken cancellationToken) => (await GitAsync(cancellationToken, "rev-parse", "HEAD")).Trim();

    private async Task<WorkflowRun> StartAsync(GitHubEvent happening, string workflow, CancellationToken cancellationToken)
    {
        var id = $"{4711 + _runs.Count}";
        return _runs[id] = new WorkflowRun(id, happening, await CommitAsync(cancellationToken), workflow, PlaceOf(workflow, $"{Repository}@{happening.Ref}"), Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(Folder)!, $"run-{id}")).FullName);
    }

    // The workflow, and what it is given: nothing that it does not take, and the defaults of what is left out.
    private (YamlMappingNode Workflow, JsonObject Inputs) Take(string name, string trigger, JsonObject inputs)
    {
        var workflow = Read(Path.Combine(Folder, ".github", "workflows", $"{name}.yml"));
        var declared = ((YamlMappingNode)workflow["on"][trigger]).Children.TryGetValue("inputs", out var all) ? (YamlMappingNode)all : [];
        Assert.All(inputs, input => Assert.Contains(input.Key, declared.Children.Keys.Select(x => x.ToString())));
        var taken = new JsonObject();
        foreach (var (key, input) in declared)
        {
            var fallback = Text((YamlMappingNode)input, "default");
            Assert.True(fallback is not null || inputs.ContainsKey(key.ToString()), $"{name} needs the input {key}.");
            taken[key.ToString()] = inputs[key.ToString()]?.DeepClone() ?? (input["type"].ToString() == "boolean" ? JsonValue.Create(fallback == "true") : JsonValue.Create(fallback));
        }

        return (workflow, taken);
    }

    private async Task<(bool Succeeded, JsonObject Outputs)> RunAsync(WorkflowRun run, YamlMappingNode workflow, JsonObject inputs, CancellationToken cancellationToken)
    {
        var done = new JsonObject();
        var all = ((YamlMappingNode)workflow["jobs"]).Children.ToDictionary(x => x.Key.ToString(), x => (YamlMappingNode)x.Value);
        while (all.FirstOrDefault(job => Needs(job.Value).All(done.ContainsKey)) is { Key: { } id, Value: { } job })
        {
            all.Remove(id);
            var own = run with { Permissions = PermissionsOf(run, job) };
            var evaluator = new ExpressionEvaluator(path => Context(own, inputs, done, [], path), Needs(job).Any(x => done[x]!["result"]!.ToString() != "success"), Folder);
            var (result, outputs) = ("skipped", new JsonObject());
            if (evaluator.IsTrue(Text(job, "if")))
            {
                var ended = Text(job, "uses") is { } called
                    ? await CallAsync(own, called, job, evaluator, cancellationToken)
                    : await RunJobAsync(own, id, job, inputs, done, cancellationToken);
                (result, outputs) = (ended.Succeeded ? "success" : "failure", ended.Outputs);
            }

            done[id] = new JsonObject { ["result"] = result, ["outputs"] = outputs };
        }

        Assert.Empty(all);
        return (done.All(x => x.Value!["result"]!.ToString() != "failure"), CallOutputs(workflow, new ExpressionEvaluator(path => Context(run, inputs, done, [], path), hasFailed: false, Folder)));
    }

    private async Task<(bool Succeeded, JsonObject Outputs)> CallAsync(WorkflowRun run, string file, YamlMappingNode job, ExpressionEvaluator evaluator, CancellationToken cancellationToken)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        var (workflow, inputs) = Take(name, "workflow_call", Evaluated(job, "with", evaluator));
        return await RunAsync(run with { Holder = PlaceOf(name, $"{Repository}@{run.Event.Ref}") }, workflow, inputs, cancellationToken);
    }

    private static string PlaceOf(string workflow, string owner) =>
        owner.Insert(owner.IndexOf('@', StringComparison.Ordinal), $"/.github/workflows/{workflow}.yml");

    private async Task<(bool Succeeded, JsonObject Outputs)> RunJobAsync(WorkflowRun run, string id, YamlMappingNode job, JsonObject inputs, JsonObject needs, CancellationToken cancellationToken)
    {
        await GitAsync(cancellationToken, "clean", "-dfxq", "--exclude=bin", "--exclude=obj", "--exclude=/.nuke/temp", "--exclude=/small.slnx", "--exclude=/tests/Small.Tests");
        await GitAsync(cancellationToken, "checkout", "--quiet", "--force", run.Commit);
        var steps = new JsonObject();
        var hasFailed = false;
        ExpressionEvaluator Evaluator() => new(path => Context(run, inputs, needs, steps, path), hasFailed, Folder);
        foreach (var step in ((YamlSequenceNode)job["steps"]).Cast<YamlMappingNode>())
        {
            if (!Evaluator().IsTrue(Text(step, "if"))) continue;
            if (Text(step, "uses") is { } action)
            {
                await RunActionAsync(run, action.Split('@')[0], Evaluated(step, "with", Evaluator()), cancellationToken);
            }
            else
            {
                var (succeeded, outputs) = await RunScriptAsync(run, id, Text(step, "run")!, Evaluated(step, "env", Evaluator()), cancellationToken);
                steps[Text(step, "id") ?? $"step-{steps.Count}"] = new JsonObject { ["outputs"] = outputs };
                hasFailed |= !succeeded;
            }
        }

        return (!hasFailed, Evaluated(job, "outputs", Evaluator()));
    }

    // No more than the job that calls has, and without secrets nothing but findings can be written.
    private static Dictionary<string, string> PermissionsOf(WorkflowRun run, YamlMappingNode job) => ((YamlMappingNode)job["permissions"]).ToDictionary(x => x.Key.ToString(), x =>
    {
        var (name, access) = (x.Key.ToString(), x.Value.ToString());
        Assert.True(run.Permissions is null || run.Permissions.GetValueOrDefault(name) is "write" || run.Permissions.GetValueOrDefault(name) == access, $"The job that is called may {access} {name}, and the one that calls it may not.");
        return run.Event.IsTrusted || name == "security-events" ? access : "read";
    });

    private static JsonObject CallOutputs(YamlMappingNode workflow, ExpressionEvaluator evaluator) => new(
        ((YamlMappingNode)workflow["on"]).Children.TryGetValue("workflow_call", out var call) && ((YamlMappingNode)call).Children.TryGetValue("outputs", out var outputs)
            ? ((YamlMappingNode)outputs).Select(x => KeyValuePair.Create<string, JsonNode?>(x.Key.ToString(), evaluator.Replace(x.Value["value"].ToString())))
            : []);

    private async Task<(bool Succeeded, JsonObject Outputs)> RunScriptAsync(WorkflowRun run, string job, string script, JsonObject environment, CancellationToken cancellationToken)
    {
        string File(string name)
        {
            var file = Path.Combine(run.Files, $"{name}-{Steps.Count}");
            System.IO.File.WriteAllText(file, "");
            return file;
        }

        var (output, summary) = (File("output"), File("summary"));
        var variables = Checkout.Variables();
        foreach (var (name, value) in Machine.Concat(run.Environment(Repository, Folder, Api, job)).Concat(IdentityTokens(run))) variables[name] = value;
        variables["PATH"] = $"{Programs}:{Environment.GetEnvironmentVariable("PATH")}";
        (variables["GITHUB_OUTPUT"], variables["GITHUB_STEP_SUMMARY"], variables["GITHUB_ENV"], variables["GITHUB_PATH"]) = (output, summary, File("env"), File("path"));
        foreach (var (name, value) in environment) variables[name] = value!.ToString();

        var replacement = Replaced.GetValueOrDefault(script);
        var command = new Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", $"exec 2>&1\n{replacement ?? script}") { WorkingDirectory = Folder, Environment = variables };
        var result = await CommandRunner.TryRunAsync(command, cancellationToken: cancellationToken);
        Steps.Add(new RunStepResult(run.Workflow, job, script, ConsoleText.Plain(result.StandardOutput), await System.IO.File.ReadAllTextAsync(summary, cancellationToken)) { Command = command });
        Assert.True(result.Succeeded || replacement == Fails, $"{run.Workflow}, {job}: `{replacement ?? script}` ended with {result.ExitCode}:\n{result.StandardOutput}");
        return (result.Succeeded, Outputs(await System.IO.File.ReadAllTextAsync(output, cancellationToken)));
    }

    private IReadOnlyDictionary<string, string> IdentityTokens(WorkflowRun run) => run.Permissions?.GetValueOrDefault("id-token") == "write" && TokenService is { } tokens
        ? tokens(run.Claims(Repository))
        : new Dictionary<string, string>();

    private async Task RunActionAsync(WorkflowRun run, string action, JsonObject with, CancellationToken cancellationToken)
    {
        string Kept(WorkflowRun of) => Path.Combine(of.Files, "artifacts", with["name"]?.ToString() ?? "");
        if (action == "actions/upload-artifact")
        {
            // What is below the folder that all paths share, as the action packs it; where there is nothing, it only says so.
            var paths = with["path"]!.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            foreach (var path in paths.Where(path => Directory.Exists(Path.Combine(Folder, path)))) Copy(Path.Combine(Folder, path), paths.Length == 1 ? Kept(run) : Path.Combine(Kept(run), Path.GetFileName(path)));
        }
        else if (action == "actions/download-artifact")
        {
            Copy(Kept(_runs[with["run-id"]?.ToString() ?? run.Id]), Path.Combine(Folder, with["path"]!.ToString()));
        }
        else if (action == "actions/checkout")
        {
            await GitAsync(cancellationToken, "remote", "set-url", "origin", $"https://github.com/{Repository}");
        }
        else
        {
            Assert.Contains(action, (string[])["actions/setup-dotnet", "actions/cache", "actions/cache/restore", "sigstore/cosign-installer"]);
        }
    }

    private object? Context(WorkflowRun run, JsonObject inputs, JsonObject needs, JsonObject steps, string path)
    {
        var names = path.Split('.');
        return names[0] switch
        {
            "vars" => Variables.GetValueOrDefault(names[1]),
            "secrets" => run.Event.IsTrusted ? Secrets.GetValueOrDefault(names[1]) : null,
            "inputs" => Find(inputs, names[1..]),
            "needs" or "jobs" => Find(needs, names[1..]),
            "steps" => Find(steps, names[1..]),
            "runner" => "Linux",
            "github" when names[1] == "event" => Find(run.Event.Payload, names[2..]),
            "github" when names[1] == "token" => GitHubStandIn.TokenThatMay(run.Permissions ?? []),
            "github" => run.Environment(Repository, Folder, Api, "")[$"GITHUB_{names[1].ToUpperInvariant()}"],
            _ => throw new NotSupportedException($"the context {path}"),
        };
    }

    private static object? Find(JsonNode? node, IEnumerable<string> names)
    {
        foreach (var name in names) node = (node as JsonObject)?[name];
        return node?.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.True => true,
            System.Text.Json.JsonValueKind.False => false,
            null => null,
            _ => node.ToString(),
        };
    }

    private static JsonObject Evaluated(YamlMappingNode node, string key, ExpressionEvaluator evaluator) => new(
        (node.Children.TryGetValue(key, out var values) ? (YamlMappingNode)values : []).Select(x => KeyValuePair.Create<string, JsonNode?>(x.Key.ToString(), evaluator.Replace(x.Value.ToString()))));

    private static JsonObject Outputs(string text) => new(
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).Where(x => x.Length == 2).Select(x => KeyValuePair.Create<string, JsonNode?>(x[0], x[1])));

    private static IEnumerable<string> Needs(YamlMappingNode job) => job.Children.TryGetValue("needs", out var needs) ? ((YamlSequenceNode)needs).Select(x => x.ToString()) : [];

    private static string? Text(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) ? value.ToString() : null;

    private static YamlMappingNode Read(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(file)));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }

    private async Task<string> GitAsync(CancellationToken cancellationToken, params string[] arguments) =>
        (await CommandRunner.RunAsync(new Command("git", arguments) { WorkingDirectory = Folder }, cancellationToken: cancellationToken)).StandardOutput;
}

/// <summary>A script that ran.</summary>
internal sealed record RunStepResult(string Workflow, string Job, string Script, string Output, string Summary)
{
    /// <summary>Runs it again, in what it left behind.</summary>
    public required Command Command { get; init; }
}
