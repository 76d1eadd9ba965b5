using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Delivery.Processes;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Environments.Swarm;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>What a dry run says of each service.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class ComposePreviewTests : IDisposable
{
    private static readonly string New = $"ghcr.example.com/octo/bakery@{Digest.Of([1])}", Old = $"ghcr.example.com/octo/bakery@{Digest.Of([2])}";
    private static readonly string Postgres = $"docker.io/library/postgres@{Digest.Of([3])}";

    private readonly SettingsFolder _settings = new(prod: """{ "Deployment": { "Replicas": 2, "Ports": "8080-8081" } }""");
    private readonly TemporaryFolder _answers = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _settings.Dispose();
        _answers.Dispose();
    }

    [Fact]
    public async Task Where_nothing_runs_all_is_created_from_the_images_that_will_run()
    {
        var lines = await DescribeAsync();

        Assert.Contains($"Would create bakery (2 replicas): {New}", lines);
        Assert.Contains($"Would create postgres: {Postgres}", lines);
        Assert.Contains("Would create redis: a stand-in for docker.io/library/redis:7, made from the distribution's packages", lines);
    }

    [Fact]
    public async Task What_is_there_is_recreated_left_started_removed_or_gets_more_replicas()
    {
        Assert.Contains($"Would recreate bakery (2 replicas): {New}, instead of {Old}", await DescribeAsync(There("bakery", "other", Old), There("bakery", "other", Old)));
        Assert.Contains($"Would recreate bakery (2 replicas): {New}, with other settings", await DescribeAsync(There("bakery", "other", New), There("bakery", "hash-of-bakery", New)));
        Assert.Contains($"Would leave bakery as it is (2 replicas): {New}", await DescribeAsync(There("bakery", "hash-of-bakery", New), There("bakery", "hash-of-bakery", New)));
        Assert.Contains($"Would start bakery again (2 replicas): {New}", await DescribeAsync(There("bakery", "hash-of-bakery", New), There("bakery", "hash-of-bakery", New, "exited")));
        Assert.Contains($"Would create 1 more of bakery: {New}", await DescribeAsync(There("bakery", "hash-of-bakery", New)));
        Assert.Contains($"Would remove 1 of bakery: {New}", await DescribeAsync([.. Enumerable.Repeat(There("bakery", "hash-of-bakery", New), 3)]));
        Assert.Contains("Would remove worker, which is declared no more", await DescribeAsync(There("worker", "any", Old)));
    }

    [Fact]
    public async Task An_image_that_is_named_by_a_tag_is_not_promised_to_stay()
    {
        const string tagged = "ghcr.example.com/octo/bakery:latest";
        using var docker = Docker([There("bakery", "hash-of-bakery", tagged), There("bakery", "hash-of-bakery", tagged)]);
        var (project, plan) = Environment(docker);
        var images = Images with { Found = new Dictionary<string, string>(Images.Found) { ["BAKERY_IMAGE"] = tagged } };

        var lines = await new ComposePreview(project, plan, images).DescribeAsync(hasEngine: true, Cancellation);

        Assert.Contains($"Would leave bakery as it is (2 replicas), unless this name means another image by then: {tagged}", lines);
    }

    [Fact]
    public async Task Compose_is_asked_with_nothing_written_and_gets_a_file_that_is_not_there_yet()
    {
        using var docker = Docker([]);
        var (project, plan) = Environment(docker);

        await new ComposePreview(project, plan, Images).DescribeAsync(hasEngine: true, Cancellation);

        Assert.Contains(docker.Called, x => x == $"compose --env-file deploy/compose/.env.prod --file - --project-directory deploy/compose --project-name {project.Name} config --hash *");
        Assert.False(File.Exists(Path.Combine(_settings.Root, project.File)));
        Assert.Equal(plan.Committed.ToYaml(), await File.ReadAllTextAsync(_answers.Combine("input"), Cancellation));
    }

    [Fact]
    public void A_stack_says_which_image_is_replaced_by_which()
    {
        var file = _settings.Model().File;
        var variables = Images.With(new Dictionary<string, string>());

        var lines = StackPreview.Describe(file, variables, "bakery-prod", [Service("bakery", Old, 2), Service("postgres", Postgres, 1), Service("worker", Old, 1)]).ToHashSet();

        Assert.Equal(
            new HashSet<string>
            {
                $"Would update bakery, replica by replica: {New}, instead of {Old}",
                $"Would leave postgres as it is, unless its settings or secrets are others now: {Postgres}",
                "Would create redis: a stand-in for docker.io/library/redis:7, made from the distribution's packages",
                "Would remove bakery-prod_worker, which is declared no more",
            },
            lines);
        Assert.Contains($"Would change bakery from 1 to 2 replicas: {New}", StackPreview.Describe(file, variables, "bakery-prod", [Service("bakery", New, 1)]));
    }

    private static PlannedImages Images => new(
        new Dictionary<string, string> { ["BAKERY_IMAGE"] = New, ["BAKERY_POSTGRES_IMAGE"] = Postgres },
        new Dictionary<string, ImageReference> { ["BAKERY_REDIS_IMAGE"] = ImageReference.Parse("docker.io/library/redis:7") });

    private static SwarmService Service(string name, string image, int replicas) => new() { Id = name, Name = $"bakery-prod_{name}", Image = image, Replicas = replicas, Specification = "" };

    private async Task<IReadOnlyList<string>> DescribeAsync(params JsonObject[] there)
    {
        using var docker = Docker(there);
        var (project, plan) = Environment(docker);
        return await new ComposePreview(project, plan, Images).DescribeAsync(hasEngine: true, Cancellation);
    }

    private (ComposeProject Project, EnvironmentPlan Plan) Environment(DockerStandIn docker)
    {
        EnvironmentFile.Write(Path.Combine(_settings.Root, "deploy", "compose", ".env.prod"), "");
        return (ComposeProject.Of(docker.Engine, _settings.Root, BakeryEnvironments.Declaration, "prod", ProcessEnvironment.Read()), EnvironmentPlan.Of(_settings.Files, "prod", ProcessEnvironment.Read()));
    }

    private DockerStandIn Docker(JsonObject[] there)
    {
        File.WriteAllText(_answers.Combine("containers"), JsonSerializer.Serialize(there));
        return new DockerStandIn($"""
            case "$*" in
                "ps --all"*) printf '{string.Concat(there.Select((_, i) => $"{i}\\n"))}' ;;
                inspect*) cat '{_answers.Combine("containers")}' ;;
                *"config --hash"*) cat > '{_answers.Combine("input")}'; for service in bakery postgres redis; do echo "$service hash-of-$service"; done ;;
            esac
            """);
    }

    private static JsonObject There(string service, string hash, string image, string status = "running") => new()
    {
        ["Id"] = Guid.NewGuid().ToString("n"),
        ["Name"] = $"/{service}",
        ["RestartCount"] = 0,
        ["State"] = new JsonObject { ["Status"] = status, ["ExitCode"] = 0, ["OOMKilled"] = false, ["Error"] = "" },
        ["Config"] = new JsonObject { ["Image"] = image, ["Labels"] = new JsonObject { ["com.docker.compose.service"] = service, ["com.docker.compose.config-hash"] = hash } },
        ["NetworkSettings"] = new JsonObject { ["Ports"] = new JsonObject() },
    };
}
