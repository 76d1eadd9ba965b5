using Acci.Delivery.Images;
using Acci.Oci;

namespace Acci.Delivery.Tests.Images;

public class DockerfileStagesTests
{
    private const string Dockerfile = """
        # syntax=docker/dockerfile:1
        ARG VERSION=10.0
        ARG BASE=sdk:${VERSION}
        FROM --platform=$BUILDPLATFORM $BASE AS build
        RUN --mount=type=cache,target=/root/.nuget --mount=type=bind,from=tools:2,target=/tools make
        RUN <<EOF
        from x import y
        FROM never:1
        EOF
        FROM unused:1 AS unused
        COPY --from=neither:1 / /
        FROM distroless/cc AS runtime-amd64
        FROM ubuntu/aspnet AS runtime-arm64
        FROM runtime-${TARGETARCH} AS final
        COPY --link --from=build /out /app
        COPY --from=0 /other /other
        COPY --from=ghcr.io/o/certificates /etc/ssl /etc/ssl
        FROM scratch AS files
        """;

    [Theory]
    [InlineData("linux/amd64", "final", "ghcr.io/o/certificates 17", "sdk:10.0 4", "tools:2 5", "distroless/cc 12")]
    [InlineData("linux/aarch64", "FINAL", "ghcr.io/o/certificates 17", "sdk:10.0 4", "tools:2 5", "ubuntu/aspnet 13")]
    [InlineData("linux/amd64", "0", "sdk:10.0 4", "tools:2 5")]
    [InlineData("linux/amd64", "unused", "unused:1 10", "neither:1 11")]
    [InlineData("linux/amd64", null)]
    public void What_a_stage_takes_from_images_is_told_and_nothing_of_stages_that_it_does_not_need(string platform, string? target, params string[] images) =>
        Assert.Equal(images.Order(StringComparer.Ordinal), Images(Dockerfile, platform, target));

    [Fact]
    public void An_argument_of_the_build_takes_the_place_of_its_default() =>
        Assert.Equal(["sdk:11.0 4", "tools:2 5"], Images(Dockerfile, "linux/amd64", "build", ("VERSION", "11.0")));

    [Theory]
    [InlineData("ARG BASE\nFROM $BASE", "debian:12 2")]
    [InlineData("ARG BASE\nARG TARGETARCH\nFROM $BASE-$TARGETARCH", "debian:12-amd64 3")]
    public void An_argument_without_a_default_is_what_the_build_gives_or_the_platform(string text, string image) =>
        Assert.Equal([image], Images(text, "linux/amd64", null, ("BASE", "debian:12")));

    [Fact]
    public void An_argument_that_the_Dockerfile_does_not_declare_changes_nothing() =>
        Assert.Equal(["x: 1"], Images("FROM x:${TAG}", "linux/amd64", null, ("TAG", "1")));

    [Theory]
    [InlineData("FROM --platform=$BUILDPLATFORM \\\n  sdk:1 as tools\nFROM scratch\nCOPY --from=tools /a /b", "sdk:1 1")]
    [InlineData("FROM a:1 AS a\nRUN --mount=type=cache,target=/c \\\n  # why\n\n  --mount=type=bind,from=b:1,target=/b \\\n  --mount=from=c:1,target=/d make --mount=from=none:1", "a:1 1", "b:1 2", "c:1 2")]
    [InlineData("ARG A=1 BASE=\"other:2\"\nFROM \"$BASE\"", "other:2 2")]
    [InlineData("FROM a:1\nRUN echo $((1<<8))\nCOPY --from=b:1 / /", "a:1 1", "b:1 3")]
    [InlineData("FROM a:1\nRUN sh 3<<-'end.1' <<two\nFROM none:1\n\tend.1\nFROM none:2\ntwo\nCOPY --from=b:1 / /", "a:1 1", "b:1 7")]
    [InlineData("FROM a:1\nRUN cat x \\\n  <<EOF\nCOPY --from=none:1 / /\nEOF\nCOPY --from=\"b:1\" / /", "a:1 1", "b:1 6")]
    public void Instructions_are_read_as_Docker_reads_them(string text, params string[] images) => Assert.Equal(images, Images(text, "linux/amd64", null));

    private static IEnumerable<string> Images(string text, string platform, string? target, params (string Name, string Value)[] arguments) =>
        DockerfileStages.Parse(text.ReplaceLineEndings("\n").Split('\n'), arguments.ToDictionary(x => x.Name, x => x.Value))
            .ImagesOf(Platform.Parse(platform), target).Select(x => $"{x.Image} {x.Line}").Order(StringComparer.Ordinal);
}
