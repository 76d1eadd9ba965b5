namespace Acci.Generation.Workflows;

/// <summary>Finds names in a workflow that lead nowhere, before GitHub does: which is after the push.</summary>
internal static class WorkflowCheck
{
    /// <summary>Ensures that every name leads somewhere, and to one thing only.</summary>
    /// <exception cref="GenerationException">
    /// Two jobs, or two steps of a job, have the same id; a job needs one that is not there; or it calls a workflow that cannot be called, with an input that it does not
    /// take, or without one that it needs.
    /// </exception>
    public static void EnsureConsistent(Workflow workflow)
    {
        if (Twice(workflow.Jobs.Select(x => x.Id)) is { } id) throw Problem(workflow, $"two jobs are called '{id}'");
        foreach (var job in workflow.Jobs)
        {
            if (Twice(job.Steps.Select(x => x.Id).OfType<string>()) is { } step) throw Problem(workflow, $"two steps of the job '{job.Id}' have the id '{step}'");
            if (job.Needs.FirstOrDefault(need => workflow.Jobs.All(x => x.Id != need)) is { } missing) throw Problem(workflow, $"the job '{job.Id}' needs '{missing}', and there is no such job");
            if (job.Calls is { } called) EnsureTakes(workflow, job, called);
        }
    }

    private static void EnsureTakes(Workflow workflow, Job job, Workflow called)
    {
        if (called.On.Call is not { } call) throw Problem(workflow, $"the job '{job.Id}' calls '{called.Name}', which has no {nameof(Triggers.Call)} among its triggers");
        if (job.With.Keys.FirstOrDefault(key => call.Inputs.All(x => x.Name != key)) is { } unknown) throw Problem(workflow, $"the job '{job.Id}' calls '{called.Name}' with '{unknown}', which it does not take");
        if (call.Inputs.FirstOrDefault(x => x.Default is null && !job.With.ContainsKey(x.Name)) is { } needed) throw Problem(workflow, $"the job '{job.Id}' calls '{called.Name}' without '{needed.Name}', which it needs");
    }

    private static string? Twice(IEnumerable<string> names) => names.GroupBy(x => x, StringComparer.OrdinalIgnoreCase).FirstOrDefault(x => x.Count() > 1)?.Key;

    private static GenerationException Problem(Workflow workflow, string problem) => new($"The workflow '{workflow.Name}' cannot be written: {problem}.");
}
