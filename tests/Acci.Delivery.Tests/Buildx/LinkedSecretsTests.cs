using Acci.Delivery.Buildx;
using Acci.Testing;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>Links in the place of secrets and ignore files, as BuildKit follows them (IgnoredByBuildKitTests).</summary>
public sealed class LinkedSecretsTests : IDisposable
{
    private const string Lines = "deploy/compose/secrets\n";

    private readonly TemporaryFolder _root = new();

    public LinkedSecretsTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A link there needs a right of its own.");
        Write("app/Dockerfile", "FROM scratch\nCOPY . .\n");
    }

    private DeliveryOptions Options => new() { Root = _root.Combine("app"), Artifacts = _root.Combine("artifacts"), Images = [new("app") { Dockerfile = "Dockerfile" }] };

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("../ignored", "BuildKit does not follow the link .dockerignore, which leads out of its folder.")]
    [InlineData("/ignored", "BuildKit does not follow the link .dockerignore, which leads out of its folder.")]
    [InlineData("lists/ignored", null)]
    [InlineData("../../lists/ignored", null)]
    public void An_ignore_file_is_followed_within_the_context_alone(string target, string? remedy)
    {
        Write("app/deploy/compose/secrets/prod/KEY", "secret");
        Write("ignored", Lines);
        Write("app/lists/ignored", Lines);
        File.CreateSymbolicLink(_root.Combine("app", ".dockerignore"), target);

        var problem = ContextSecrets.FindProblem(Options);

        if (remedy is null) Assert.Null(problem);
        else Assert.Contains(remedy, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Dockerfile_s_own_that_leads_out_of_its_folder_does_not_count()
    {
        Write("app/deploy/compose/secrets/prod/KEY", "secret");
        Write("app/deploy/docker/Dockerfile", "FROM scratch\n");
        Write("app/ignored", Lines);
        File.CreateSymbolicLink(_root.Combine("app", "deploy", "docker", "Dockerfile.dockerignore"), "../../ignored");

        Assert.NotNull(ContextSecrets.FindProblem(Options with { Images = [new("app") { Dockerfile = "deploy/docker/Dockerfile" }] }));
    }

    [Theory]
    // The link is ignored, and what it leads to is sent.
    [InlineData("deploy/compose/secrets", true)]
    [InlineData("real", false)]
    public void Secrets_behind_a_link_are_sent_from_where_they_are(string ignored, bool isProblem)
    {
        Write("app/real/prod/KEY", "secret");
        Write("app/.dockerignore", ignored);
        Directory.CreateDirectory(_root.Combine("app", "deploy", "compose"));
        Directory.CreateSymbolicLink(_root.Combine("app", "deploy", "compose", "secrets"), "../../real");
        // In a circle.
        Directory.CreateSymbolicLink(_root.Combine("app", "real", "again"), ".");
        Directory.CreateSymbolicLink(_root.Combine("app", "real", "more"), "../real");

        var found = ContextSecrets.Find(Options.Images[0], Options);

        Assert.Equal(isProblem ? "real/prod/KEY" : null, found?.Path);
        if (isProblem) Assert.Contains("add the line 'real/prod/KEY'", found!.Value.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_out_of_the_context_are_not_in_it()
    {
        Write("real/prod/KEY", "secret");
        Directory.CreateDirectory(_root.Combine("app", "deploy", "compose"));
        Directory.CreateSymbolicLink(_root.Combine("app", "deploy", "compose", "secrets"), "../../../real");

        Assert.Null(ContextSecrets.FindProblem(Options));
    }

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.Combine(file))!);
        File.WriteAllText(_root.Combine(file), text);
    }
}
