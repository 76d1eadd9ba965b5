using Acci.Delivery.Generation;

namespace Acci.Delivery.Workflows;

/// <summary>Writes workflows as people read them: in GitHub's order of keys, with a blank line between jobs and between steps. The same workflow gives the same text.</summary>
/// <param name="command">The command that writes the files.</param>
/// <param name="source">Where the workflows are declared.</param>
public sealed class WorkflowWriter(string command, string source)
{
    private const string Indent = "  ";

    /// <summary>The workflow's file.</summary>
    public GeneratedFile Write(Workflow workflow)
    {
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
                    x.Text("description", input.Description).Text("type", input.IsBoolean ? "boolean" : isChoice ? "choice" : "string");
                    if (input.Default is null) x.Flag("required", true);
                    else if (input.IsBoolean) x.Flag("default", input.Default == "true");
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
            if (job.Calls is null) x.Text("runs-on", job.RunsOn);
            x.Text("environment", job.Environment);
            x.Mapping("permissions", permissions =>
            {
                foreach (var (name, access) in job.Permissions.Given) permissions.Text(name, access == Access.Write ? "write" : "read");
            });
            if (job.Concurrency is { } concurrency) Write(x, concurrency);
            if (job.Matrix is { } matrix) Write(x, matrix);
            x.Texts("env", job.Variables);
            if (job.Services.Count > 0) x.Mapping("services", services => Write(services, job.Services));
            x.Texts("outputs", job.Outputs.Select(output => KeyValuePair.Create<string, string>(output.Key, output.Value)));
            if (job.Calls is { } called) x.Text("uses", $"./{called.Path}").Texts("with", job.With).Text("secrets", called.On.Call is { Secrets.Count: > 0 } ? "inherit" : null);
            else x.Number("timeout-minutes", job.TimeoutMinutes);
        }));
        return job.Steps.Count == 0 ? head : $"{head}{Indent}steps:\n{string.Join('\n', job.Steps.Select(step => Indented(Item(Write(step)), 2)))}";
    }

    private static string Write(Step step) => YamlMapping.Write(x =>
    {
        x.Text("name", step.Name).Text("id", step.Id).Text("if", step.If?.Text);
        if (step is ActionStep { Action: var action }) x.Text("uses", action.ToString(), action.Version);
        x.Number("timeout-minutes", step.TimeoutMinutes).Texts("env", step.Environment);
        if (step is ActionStep { With: var with }) x.Texts("with", with);
        if (step is RunStep run) x.Text("shell", run.Shell).Text("working-directory", run.WorkingDirectory).Text("run", run.Script);
    });

    private static void Write(YamlMapping yaml, Concurrency concurrency) =>
        yaml.Mapping("concurrency", x => x.Text("group", concurrency.Group).Flag("cancel-in-progress", concurrency.CancelInProgress));

    private static void Write(YamlMapping yaml, Matrix matrix) => yaml.Mapping("strategy", x =>
    {
        x.Flag("fail-fast", matrix.FailFast).Number("max-parallel", matrix.MaxParallel).Mapping("matrix", dimensions =>
        {
            foreach (var (name, values) in matrix.Dimensions) dimensions.List(name, values);
            dimensions.List("include", matrix.Include, Combination).List("exclude", matrix.Exclude, Combination);
        });

        static void Combination(YamlMapping yaml, IReadOnlyDictionary<string, string> values)
        {
            foreach (var (name, value) in values) yaml.Text(name, value);
        }
    });

    private static void Write(YamlMapping yaml, IReadOnlyList<Service> services)
    {
        foreach (var service in services)
            yaml.Mapping(service.Name, x => x.Text("image", service.Image).Texts("env", service.Environment).List("ports", service.Ports, flow: false).Text("options", service.Options));
    }

    private static string Item(string mapping) => string.Concat(mapping.TrimEnd('\n').Split('\n').Select((line, i) => (i == 0 ? "- " : line.Length == 0 ? "" : Indent) + line + "\n"));

    private static string Indented(string text, int depth) =>
        string.Concat(text.TrimEnd('\n').Split('\n').Select(line => (line.Length == 0 ? "" : string.Concat(Enumerable.Repeat(Indent, depth))) + line + "\n"));
}
