using Acci.Delivery.Buildx;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>A line that some engines do not survive is said before any of them gets it, wherever the image goes.</summary>
public sealed class BadIgnoreFileTests : IAsyncLifetime
{
    private const string Problem = @".dockerignore, line 2 ('ops\env\private') cannot be read by BuildKit: it has a backslash; write / between folders.";

    private readonly TemporaryRepository _checkout = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _checkout.Write("Dockerfile", "FROM scratch\nCOPY . .\n");
        _checkout.Write(".dockerignore", "bin\nops\\env\\private\n");
        await _checkout.Run("git init --quiet --initial-branch main", "git add .", "git commit --quiet --message one");
    }

    public ValueTask DisposeAsync()
    {
        _checkout.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("127.0.0.1:1")]
    [InlineData("ghcr.io/owner")]
    public async Task The_build_a_dry_run_and_Doctor_name_it(string registry)
    {
        Assert.Equal(Problem, (await Assert.ThrowsAsync<DeliveryException>(new BuildImages(Context(registry)).RunAsync)).Message);

        var context = Context(registry);
        var scope = new DeliveryScope { Builds = true };
        Assert.Equal(Problem, (await Assert.ThrowsAsync<DeliveryException>(new PreparedVerb(context, scope, new BuildImages(context)).PlanAsync)).Message);
        Assert.Equal(Problem, Assert.Single(await new Examination(Context(registry), scope).RunAsync(), x => x is { Name: "Ignore files", Severity: FindingSeverity.Fatal }).Text);
    }

    private DeliveryContext Context(string registry) => new(
        new DeliveryOptions
        {
            Root = _checkout.Directory, Artifacts = Path.Combine(_checkout.Directory, "artifacts"), Registry = registry, Images = [new("app") { Dockerfile = "Dockerfile" }],
        },
        Cancellation)
    {
        Environment = ProcessEnvironment.Empty,
    };
}
