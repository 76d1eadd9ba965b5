using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>A builder that is made for an engine, and what is left of it.</summary>
[Collection(nameof(AlteredLog))]
public sealed class ContainerBuilderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("DOCKER_HOST=unix:///run/docker.sock", "The builder '{0}' may be left; `docker buildx rm --force {0}` removes it")]
    [InlineData("DOCKER_HOST=tcp://there:2376", "The builder '{0}' and its context '{0}-tls' may be left; `docker buildx rm --force {0}` and `docker context rm --force {0}-tls` remove them")]
    public async Task All_that_may_be_left_of_one_that_does_not_start_is_named(string host, string left)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        using var silence = new SilenceClock(TimeSpan.FromMinutes(10));
        var docker = _folder.Combine("docker");
        await File.WriteAllTextAsync(docker, $$"""
            #!/bin/sh
            echo "$*" >> '{{_folder.Combine("calls")}}'
            case "$*" in
                *DriverStatus*) echo "[]" ;;
                "buildx inspect") echo "Driver: docker" ;;
                "buildx inspect"*|"context inspect acci-"*|"container inspect"*) exit 1 ;;
                "buildx rm"*) {{silence.Hangs}} ;;
                *) echo one ;;
            esac

            """.ReplaceLineEndings("\n"), Cancellation);
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var environment = ProcessEnvironment.Empty.With(("DOCKER_HOST", host.Split('=')[1]), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", _folder.Path));
        var engine = new DockerEngine(docker) { Process = environment, Time = silence.Time };
        using var log = new AlteredLog();

        await Assert.ThrowsAnyAsync<DeliveryException>(() => engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation));

        var name = File.ReadLines(_folder.Combine("calls")).Single(x => x.StartsWith("buildx create", StringComparison.Ordinal)).Split(' ')[3];
        Assert.Contains(log.Said, x => x.EndsWith(string.Format(System.Globalization.CultureInfo.InvariantCulture, left, name), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_builds_that_begin_at_once_make_one_builder_and_write_its_certificates_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        // As docker keeps a context, and as it refuses the second of two that are made at once.
        var docker = _folder.Combine("docker");
        await File.WriteAllTextAsync(docker, $$"""
            #!/bin/sh
            cd '{{_folder.Path}}' && echo "$*" >> calls
            case "$*" in
                *DriverStatus*) echo "[]" ;;
                "buildx inspect") echo "Driver: docker" ;;
                "buildx inspect --bootstrap"*) ;;
                "buildx inspect"*) [ -e builder ] ;;
                "buildx create"*) touch builder ;;
                "context inspect"*acci-*) [ -d kept ] && echo "$PWD/kept|false" ;;
                "context create"*) sleep 0.3; mkdir kept || exit 1; mkdir kept/docker && cp ca.pem cert.pem key.pem kept/docker ;;
                "context update"*) cp ca.pem cert.pem key.pem kept/docker ;;
                "container inspect"*) exit 1 ;;
                *) echo one ;;
            esac

            """.ReplaceLineEndings("\n"), Cancellation);
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in (string[])["ca", "cert", "key"]) await File.WriteAllTextAsync(_folder.Combine($"{file}.pem"), $"the {file} of today", Cancellation);
        var engine = new DockerEngine(docker) { Process = ProcessEnvironment.Empty.With(("DOCKER_HOST", "tcp://there:2376"), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", _folder.Path)) };
        int Calls(string command) => File.ReadLines(_folder.Combine("calls")).Count(x => x.StartsWith(command, StringComparison.Ordinal));

        var builders = (await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation)))).Select(x => x.Builder);

        Assert.Single(builders.Distinct());
        Assert.Equal((1, 1, 0, 0), (Calls("context create"), Calls("buildx create"), Calls("context update"), Calls("buildx rm")));

        // Another certificate is written.
        await File.WriteAllTextAsync(_folder.Combine("cert.pem"), "the cert of tomorrow", Cancellation);
        await engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation);
        await engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation);
        Assert.Equal((1, 1), (Calls("context create"), Calls("context update")));
    }
}
