namespace Acci.EndToEnd.Tests.Faults;

/// <summary>DeployStack, in a swarm that this engine becomes for it.</summary>
public sealed class StackStep() : ComposeStep("DeployStack")
{
    protected override string Label => "com.docker.stack.namespace";

    public override async Task CleanAsync(Bench bench)
    {
        await base.CleanAsync(bench);
        await bench.ShellAsync($"{bench.Docker} swarm leave --force && {bench.Docker} network rm docker_gwbridge");
    }
}
