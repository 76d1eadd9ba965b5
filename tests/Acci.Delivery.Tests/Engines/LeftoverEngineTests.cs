using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>By what a later run reaches the engine that a killed one has left something at.</summary>
public sealed class LeftoverEngineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{ "currentContext": "far" }""", null, "far")]
    [InlineData("""{ "currentContext": "far" }""", "near", "near")]
    [InlineData("{}", null, "default")]
    public void The_context_of_that_time_is_noted(string configuration, string? variable, string context)
    {
        File.WriteAllText(_folder.Combine("config.json"), configuration);
        var environment = ProcessEnvironment.Empty.With(("DOCKER_CONFIG", _folder.Path));
        if (variable is not null) environment = environment.With(("DOCKER_CONTEXT", variable));

        var left = new DockerEngine("docker") { Process = environment }.Leftover("org.acci.session=1", ImageReference.Parse("smoke:1"));

        Assert.Equal(context, left.Environment["DOCKER_CONTEXT"]);
    }
}
