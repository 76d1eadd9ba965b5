using Acci.Delivery.Buildx;
using Acci.Testing;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>What ComposeUp keeps secret is beside the sources, and a Dockerfile may copy all of them.</summary>
public sealed class ContextSecretsTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    // Docker's own examples, and those of moby/patternmatcher.
    [InlineData("deploy/compose/secrets", "deploy/compose/secrets/prod/KEY", true)]
    [InlineData("/deploy/compose/secrets/", "deploy/compose/secrets/prod/KEY", true)]
    [InlineData("deploy", "deploy/compose/secrets/prod/KEY", true)]
    [InlineData("secrets", "deploy/compose/secrets/prod/KEY", false)]
    [InlineData("**/secrets", "deploy/compose/secrets/prod/KEY", true)]
    [InlineData("**", "deploy/compose/secrets/prod/KEY", true)]
    [InlineData("*", "deploy/compose/secrets/prod/KEY", true)]
    [InlineData("*/compose", "deploy/compose/.env.prod", true)]
    [InlineData("*/secrets", "deploy/compose/secrets/prod/KEY", false)]
    [InlineData("deploy/compose/.env.*", "deploy/compose/.env.prod", true)]
    [InlineData("deploy/compose/.env.????", "deploy/compose/.env.prod", true)]
    [InlineData("deploy/compose/.env.[a-p]*", "deploy/compose/.env.prod", true)]
    [InlineData("# deploy", "deploy/compose/.env.prod", false)]
    [InlineData("*\n!deploy", "deploy/compose/.env.prod", false)]
    [InlineData("*\n!src", "deploy/compose/.env.prod", true)]
    [InlineData("!deploy\n*", "deploy/compose/.env.prod", true)]
    [InlineData("*\n!deploy\ndeploy/compose", "deploy/compose/.env.prod", true)]
    [InlineData("./deploy/../deploy/compose\r", "deploy/compose/.env.prod", true)]
    [InlineData("", "deploy/compose/.env.prod", false)]
    public void A_file_is_left_out_as_BuildKit_leaves_it_out(string ignored, string path, bool isLeftOut) => Assert.Equal(isLeftOut, new IgnoreFile(ignored).LeavesOut(path));

    [Theory]
    [InlineData("deploy/compose/secrets/prod/KEY", null, null, true)]
    [InlineData("deploy/compose/.env.prod", null, null, true)]
    [InlineData("deploy/compose/.env.example", null, null, false)]
    [InlineData("deploy/compose/secrets/.gitignore", null, null, false)]
    [InlineData("deploy/compose/secrets/prod/KEY", "deploy/compose/secrets", null, false)]
    // The Dockerfile's own counts alone.
    [InlineData("deploy/compose/secrets/prod/KEY", "deploy/compose/secrets", "bin", true)]
    [InlineData("deploy/compose/secrets/prod/KEY", null, "*\n!src", false)]
    public void A_secret_in_a_build_context_is_seen(string file, string? ofContext, string? ofDockerfile, bool isProblem)
    {
        Write(file, "secret");
        Write("Dockerfile", "FROM scratch\nCOPY . .\n");
        if (ofContext is not null) Write(".dockerignore", ofContext);
        if (ofDockerfile is not null) Write("Dockerfile.dockerignore", ofDockerfile);
        var options = new DeliveryOptions { Root = _root.Path, Artifacts = _root.Combine("artifacts"), Images = [new("app") { Dockerfile = "Dockerfile" }] };

        var problem = ContextSecrets.FindProblem(options);

        Assert.Equal(isProblem, problem is not null);
        if (isProblem) Assert.StartsWith($"{file} is in the build context of the image 'app'", problem, StringComparison.Ordinal);
        Assert.Null(ContextSecrets.FindProblem(options with { Images = [new("app") { Dockerfile = "Dockerfile", Context = "src" }] }));
    }

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.Combine(file))!);
        File.WriteAllText(_root.Combine(file), text);
    }
}
