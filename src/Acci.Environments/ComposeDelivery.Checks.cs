using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Running;
using Acci.Generation;
using Acci.Settings;

namespace Acci.Environments;

public sealed partial class ComposeDelivery
{
    private string Given(string? environment) =>
        string.IsNullOrEmpty(environment) ? throw new DeliveryException($"Name the environment: --environment {string.Join(" or --environment ", EnvironmentSettings.NamesIn(_files.SettingsFolder))}.") : environment;

    // What runs can be ended and read whatever has become of its files: of the name nothing but its grammar is asked.
    private string Named(string? environment) =>
        EnvironmentSettings.IsName(Given(environment)) ? environment! : throw new DeliveryException($"'{environment}' is no name for an environment. {EnvironmentSettings.NameRule}");

    private bool IsChangedByHand(EnvironmentPlan plan)
    {
        var generated = new GeneratedFile(EnvironmentModel.FileOf(plan.Name), plan.Committed.ToYaml());
        return File.Exists(Path.Combine(Root, generated.Path)) && !generated.IsUpToDate(Root);
    }

    private async Task<DockerEngine> EngineWithComposeAsync()
    {
        var engine = await context.EngineAsync();
        return (await CommandRunner.TryRunAsync(engine.Docker("compose", "version"), cancellationToken: Cancellation)).Succeeded
            ? engine
            : throw new DeliveryException($"{engine} answers, but '{engine.Cli}' has no compose. Install the docker-compose plugin: https://docs.docker.com/go/compose");
    }

    private async Task EnsureThereIsAsync(ComposeProject project)
    {
        if (File.Exists(Path.Combine(_files.SettingsFolder, $"settings.{project.Environment}.json")) || await HasStackAsync(project)) return;
        foreach (var kind in (string[])["container", "network", "volume"])
        {
            if ((await project.ListAsync(kind, Cancellation)).Count > 0) return;
        }

        throw new DeliveryException($"There is no environment '{project.Environment}', and nothing of one of that name is here ({project.Name}).");
    }

    // The compose file holds one limit, whatever this machine says of replicas.
    private static void EnsureConnectionsSuffice(EnvironmentPlan plan)
    {
        var (needed, limit) = (Stores.ConnectionsOf(plan.Effective.Environment), Math.Max(Stores.ConnectionsOf(plan.Committed.Environment), Stores.DefaultConnections));
        if (needed > limit)
            throw new DeliveryException($"Environment '{plan.Name}': {DeploymentSetting.Replicas} and {SettingName.Of((AppSettings s) => s.Database.MaximumConnections, AppSettings.Naming)} as they are set here come to {needed} connections, and PostgreSQL takes {limit}. Lower one of them, or write them into settings.{plan.Name}.json, from which GenerateCompose sets PostgreSQL's limit. Nothing was started.");
    }

    private void EnsureSecretsCanServe(EnvironmentPlan plan)
    {
        var files = new SecretFiles(Path.Combine(Root, EnvironmentModel.Folder), plan.Committed.Environment);
        foreach (var secret in plan.Committed.Environment.Secrets)
        {
            if (files.Find(secret, plan.Variables) is { IsOwn: false } file) SecretFiles.Check(secret, file.Path);
        }
    }

    // PostgreSQL takes its password when it makes its data; a new one would lock the app out of old data.
    private async Task EnsureDataAreKnownAsync(EnvironmentPlan plan, ComposeProject project)
    {
        var files = new SecretFiles(Path.Combine(Root, EnvironmentModel.Folder), plan.Committed.Environment);
        var volume = $"{project.Name}_{Stores.PostgresVolume}";
        foreach (var conflict in plan.Committed.Environment.Secrets.Select(x => files.ConflictWithData(x, plan.Settings.Find(x), plan.Variables)).OfType<string>())
        {
            if ((await CommandRunner.TryRunAsync(project.Engine.Docker("volume", "inspect", volume), cancellationToken: Cancellation)).Succeeded)
                throw new DeliveryException($"The volume {volume} holds a database from before, {conflict}, or remove the data: ComposeDown --environment {plan.Name} --volumes. Nothing was started.");
        }
    }
}
