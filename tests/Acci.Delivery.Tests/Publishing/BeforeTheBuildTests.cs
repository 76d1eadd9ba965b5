using Acci.Delivery.Buildx;
using Acci.Delivery.Checking;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Images;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>What is made sure of before minutes are spent on a build.</summary>
public sealed class BeforeTheBuildTests(RegistryServer server) : IClassFixture<RegistryServer>, IAsyncLifetime
{
    private readonly TemporaryRepository _checkout = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _checkout.Write(".gitignore", "artifacts\ndeploy\n");
        _checkout.Write("Dockerfile", "FROM scratch");
        await _checkout.Run("git init --quiet --initial-branch main", "git add .", "git commit --quiet --message one", "git tag v1.2.3");
    }

    public ValueTask DisposeAsync()
    {
        _checkout.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("v1.2.3")]
    [InlineData("main")]
    public async Task Files_besides_the_commit_do_not_go_out_under_the_version_that_its_tag_names(string checkedOut)
    {
        await _checkout.Run($"git checkout --quiet {checkedOut}");
        _checkout.Write("new.txt", "");

        var error = await Assert.ThrowsAsync<DeliveryException>(new BuildImages(Context("ghcr.io/owner")).RunAsync);

        Assert.Contains("differs from the commit of v1.2.3 (?? new.txt): version 1.2.3 is not published to ghcr.io/owner", error.Message, StringComparison.Ordinal);
        Assert.Contains("--allow-dirty", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_MinVer_cannot_read_does_not_go_out_with_other_files_either()
    {
        await _checkout.Run("git tag --delete v1.2.3", "git tag v1.0.20240101123456");
        _checkout.Write("new.txt", "");

        var error = await Assert.ThrowsAsync<DeliveryException>(new BuildImages(Context("ghcr.io/owner")).RunAsync);

        Assert.Contains("differs from the commit of v1.0.20240101123456 (?? new.txt): version 1.0.20240101123456 is not published", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_being_allowed_to_publishes_a_dirty_tree_and_not_doing_all_steps_again()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("GITHUB_ACTIONS") == "true", "In GitHub Actions the tag is the workflow's.");
        await _checkout.Run("git checkout --quiet v1.2.3");
        _checkout.Write("new.txt", "");
        var options = Context("ghcr.io/owner").Options;

        var error = await Assert.ThrowsAsync<DeliveryException>(() => LookAtVersionAsync(options with { Republish = true }));
        Assert.Contains("--allow-dirty", error.Message, StringComparison.Ordinal);
        Assert.Contains("changes that are not committed", await LookAtVersionAsync(options with { AllowDirty = true }), StringComparison.Ordinal);

        static Task<string> LookAtVersionAsync(DeliveryOptions options) =>
            new Preflight(new DeliveryContext(options, Cancellation), new DeliveryScope { Builds = true }).Checks.Single(x => x.Name == "Version").LookAsync();
    }

    [Fact]
    public async Task A_dry_run_refuses_what_the_run_would_refuse()
    {
        await _checkout.Run("git checkout --quiet v1.2.3");
        _checkout.Write("new.txt", "");

        var error = await Assert.ThrowsAsync<DeliveryException>(new BuildImages(Context("ghcr.io/owner")).PlanAsync);

        Assert.Contains("differs from the commit of v1.2.3 (?? new.txt)", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_checkout.Directory, "artifacts")));
    }

    [Fact]
    public async Task An_image_without_a_Dockerfile_is_said_before_anything_starts_by_a_dry_run_and_by_Doctor()
    {
        await _checkout.Run("git rm --quiet Dockerfile", "git commit --quiet --message two");
        var problem = $"The image 'app' has no Dockerfile: {Path.Combine(_checkout.Directory, "Dockerfile")} does not exist.";

        foreach (var step in (Func<DeliveryContext, Task>[])
            [x => new BuildImages(x).PlanAsync(), x => new BuildImages(x).RunAsync(), x => new CheckImages(x, _ => { }).PlanAsync(), x => new CheckImages(x, _ => { }).RunAsync()])
            Assert.StartsWith(problem, (await Assert.ThrowsAsync<DeliveryException>(() => step(Context("127.0.0.1:1")))).Message, StringComparison.Ordinal);

        var finding = Assert.Single(await new Examination(Context("127.0.0.1:1"), new DeliveryScope { Builds = true }).RunAsync(), x => x.Name == "Dockerfile");
        Assert.StartsWith(problem, finding.Text, StringComparison.Ordinal);
        Assert.Equal(FindingSeverity.Fatal, finding.Severity);
    }

    [Fact]
    public async Task A_dry_run_for_a_registry_that_others_reach_refuses_stand_ins()
    {
        Directory.CreateDirectory(Path.Combine(_checkout.Directory, "deploy", "locks"));
        _checkout.Write("deploy/locks/images.json", "{}");
        var missing = ImageReference.Parse($"{server.Domain}/distroless/missing:nonroot");

        var error = await Assert.ThrowsAsync<DeliveryException>(new BuildImages(Context("ghcr.io/owner", new BaseImage(missing))).PlanAsync);

        Assert.Contains($"The base image {missing} cannot be had", error.Message, StringComparison.Ordinal);
        Assert.Contains("Stand-ins are only used when publishing to this machine's own registry", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_registry_that_shows_a_repository_to_nobody_before_it_is_there_gets_its_first_publish(int status)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        proxy.Decide = request => request.Method == "HEAD" && request.Path.Contains("/manifests/", StringComparison.Ordinal) ? new NetworkFault.Answer(status) : null;

        await Context($"{proxy.Domain}/owner").TagsAtStartAsync();

        Assert.Contains(proxy.Requests, x => x.Method == "HEAD");
    }

    private DeliveryContext Context(string registry, params BaseImage[] baseImages) => new(
        new DeliveryOptions
        {
            Root = _checkout.Directory,
            Artifacts = Path.Combine(_checkout.Directory, "artifacts"),
            Images = [new("app") { Dockerfile = "Dockerfile", Platforms = [Platform.LinuxAmd64], BaseImages = baseImages }],
            Registry = registry,
        },
        Cancellation)
        { Environment = TestEnvironment.OutsideWorkflows };
}
