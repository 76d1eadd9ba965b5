using System.Globalization;

namespace Acci.Generation.Workflows;

/// <summary>Writes workflows as people read them: in GitHub's order of keys, with a blank line between jobs and between steps. The same workflow gives the same text.</summary>
/// <param name="command">The command that writes the files.</param>
/// <param name="source">Where the workflows are declared.</param>
public sealed class WorkflowWriter(string command, string source)
{
    private const string Indent = "  ";

    /// <summary>The workflow's file.</summary>
    /// <exception cref="GenerationException">It names what is not there: see <see cref="WorkflowCheck"/>.</exception>
    public GeneratedFile Write(Workflow workflow)
    {
        WorkflowCheck.EnsureConsistent(workflow);
        string[] header =
        [
            $"# {workflow.Description}",
            "#",
            $"# Generated from {source} by `{command}`; changes made here are lost.",
        ];
        var sections = new List<string>
        {
            YamlMapping.Write(yaml => yaml.Text("name", workflow.Name)),
            YamlMapping.Write(yaml => yaml.Mapping("on", on => Write(on, workflow.On))),
            // Nothing unless a job says so; no job can have forgotten to.
            YamlMapping.Write(yaml => yaml.Mapping("permissions", _ => { })),
        };
        // Named, bash also fails where a command before a pipe fails.
        sections.Add(YamlMapping.Write(yaml => yaml.Mapping("defaults", x => x.Mapping("run", run => run.Text("shell", "bash")))));
        if (workflow.Concurrency is { } concurrency) sections.Add(YamlMapping.Write(yaml => Write(yaml, concurrency)));
        sections.Add("jobs:\n" + string.Join('\n', workflow.Jobs.Select(job => Indented(Write(job), 1))));
        return new GeneratedFile(workflow.Path, string.Join('\n', header) + "\n" + string.Join('\n', sections));
    }

    private static void Write(YamlMapping yaml, Triggers on)
    {
        if (on.Push is { } push)
            yaml.Mapping("push", x => x.List("branches", push.Branches).List("tags", push.Tags));
        if (on.PullRequestsTo.Count > 0) yaml.Mapping("pull_request", x => x.List("branches", on.PullRequestsTo));
        if (on.Releases.Count > 0) yaml.Mapping("release", x => x.List("types", on.Releases));
        yaml.List("schedule", on.Schedules, (x, schedule) => x.Text("cron", schedule.Cron));
        if (on.Dispatch is { } inputs) yaml.Mapping("workflow_dispatch", x => Write(x, inputs, isCall: false));
        if (on.Call is not { } call) return;
        yaml.Mapping("workflow_call", x =>
        {
            Write(x, call.Inputs, isCall: true);
            if (call.Secrets.Count > 0)
            {
                x.Mapping("secrets", secrets =>
                {
                    foreach (var (name, description) in call.Secrets) secrets.Mapping(name, secret => secret.Text("description", description).Flag("required", false));
                });
            }

            if (call.Outputs.Count > 0)
            {
                x.Mapping("outputs", outputs =>
                {
                    foreach (var output in call.Outputs) outputs.Mapping(output.Name, o => o.Text("description", output.Description).Text("value", output.Value));
                });
            }
        });
    }

    private static void Write(YamlMapping yaml, IReadOnlyList<Input> inputs, bool isCall)
    {
        if (inputs.Count == 0) return;
        yaml.Mapping("inputs", all =>
        {
            foreach (var input in inputs)
            {
                all.Mapping(input.Name, x =>
                {
                    var isChoice = input.Options.Count > 0 && !isCall;
                    x.Text("description", input.Description).Text("type", input.IsBoolean ? "boolean" : input.IsNumber ? "number" : isChoice ? "choice" : "string");
                    if (input.Default is null) x.Flag("required", true);
                    else if (input.IsBoolean) x.Flag("default", input.Default == "true");
                    else if (input.IsNumber) x.Number("default", int.Parse(input.Default, CultureInfo.InvariantCulture));
                    else x.Text("default", input.Default);
                    if (isChoice) x.List("options", input.Options);
                });
            }
        });
    }

    private static string Write(Job job)
    {
        var head = YamlMapping.Write(yaml => yaml.Mapping(job.Id, x =>
        {
            x.Text("name", job.Name).List("needs", job.Needs).Text("if", job.If?.Text);
            if (job.Calls is null) Write(x, job.RunsOn);
            if (job.Environment is { } environment) Write(x, environment);
            x.Mapping("permissions", permissions =>
            {
                foreach (var (name, access) in job.Permissions.Given) permissions.Text(name, access == Access.Write ? "write" : "read");
            });
            if (job.Concurrency is { } concurrency) Write(x, concurrency);
            if (job.Matrix is { } matrix) Write(x, matrix);
            x.Texts("env", job.Variables);
            if (job.Container is { } container) x.Mapping("container", y => Write(y, container));
            if (job.Services.Count > 0)
            {
                x.Mapping("services", services =>
                {
                    foreach (var service in job.Services) services.Mapping(service.Name, y => Write(y, service));
                });
            }

            x.Texts("outputs", job.Outputs.Select(output => KeyValuePair.Create<string, string>(output.Key, output.Value)));
            // Those it takes, and no others: `inherit` would hand over all there are.
            if (job.Calls is { } called) x.Text("uses", $"./{called.Path}").Texts("with", job.With).Texts("secrets", called.On.Call!.Secrets.Select(secret => KeyValuePair.Create<string, string>(secret.Key, Expression.Secret(secret.Key))));
            else x.Number("timeout-minutes", job.TimeoutMinutes);
            if (job.ContinueOnError) x.Flag("continue-on-error", true);
        }));
        return job.Steps.Count == 0 ? head : $"{head}{Indent}steps:\n{string.Join('\n', job.Steps.Select(step => Indented(Item(Write(step)), 2)))}";
    }

    private static string Write(Step step) => YamlMapping.Write(x =>
    {
        x.Text("name", step.Name).Text("id", step.Id).Text("if", step.If?.Text);
        if (step is ActionStep { Action: var action }) x.Text("uses", action.ToString(), action.Version);
        if (step.ContinueOnError) x.Flag("continue-on-error", true);
        x.Number("timeout-minutes", step.TimeoutMinutes).Texts("env", step.Environment);
        if (step is ActionStep { With: var with }) x.Texts("with", with);
        if (step is RunStep run) x.Text("shell", run.Shell).Text("working-directory", run.WorkingDirectory).Text("run", run.Script);
    });

    private static void Write(YamlMapping yaml, Runner runner)
    {
        if (runner.Group is { } group) yaml.Mapping("runs-on", x => x.Text("group", group).List("labels", runner.Labels));
        else if (runner.Labels is [var label]) yaml.Text("runs-on", label);
        else yaml.List("runs-on", runner.Labels);
    }

    private static void Write(YamlMapping yaml, DeploymentEnvironment environment)
    {
        if (environment.Url is { } url) yaml.Mapping("environment", x => x.Text("name", environment.Name).Text("url", url));
        else yaml.Text("environment", environment.Name);
    }

    private static void Write(YamlMapping yaml, Concurrency concurrency) => yaml.Mapping("concurrency", x =>
    {
        x.Text("group", concurrency.Group);
        if (bool.TryParse(concurrency.CancelInProgress.Text, out var always)) x.Flag("cancel-in-progress", always);
        else x.Text("cancel-in-progress", concurrency.CancelInProgress);
    });

    private static void Write(YamlMapping yaml, Matrix matrix) => yaml.Mapping("strategy", x =>
    {
        x.Flag("fail-fast", matrix.FailFast).Number("max-parallel", matrix.MaxParallel);
        if (matrix.Whole is { } whole)
        {
            x.Text("matrix", whole);
            return;
        }

        x.Mapping("matrix", dimensions =>
        {
            foreach (var (name, values) in matrix.Dimensions) dimensions.List(name, values);
            dimensions.List("include", matrix.Include, Combination).List("exclude", matrix.Exclude, Combination);
        });

        static void Combination(YamlMapping yaml, IReadOnlyDictionary<string, string> values)
        {
            foreach (var (name, value) in values) yaml.Text(name, value);
        }
    });

    private static void Write(YamlMapping yaml, Container container)
    {
        yaml.Text("image", container.Image);
        if (container.Login is { } login) yaml.Mapping("credentials", x => x.Text("username", login.User).Text("password", login.Password));
        yaml.Texts("env", container.Environment).List("ports", container.Ports, flow: false).List("volumes", container.Volumes, flow: false).Text("options", container.Options);
    }

    private static string Item(string mapping) => string.Concat(mapping.TrimEnd('\n').Split('\n').Select((line, i) => (i == 0 ? "- " : line.Length == 0 ? "" : Indent) + line + "\n"));

    private static string Indented(string text, int depth) =>
        string.Concat(text.TrimEnd('\n').Split('\n').Select(line => (line.Length == 0 ? "" : string.Concat(Enumerable.Repeat(Indent, depth))) + line + "\n"));
}
