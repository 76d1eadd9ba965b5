using System.Formats.Tar;
using System.Text;
using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Sessions;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Buildx;

public sealed class BakeTests : IDisposable
{
    private const string Secret = "npm_given-to-the-build-4711";

    private static readonly string PrintedSecret =
        $$"""{"logs":[{"vertex":"sha256:1","data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes($"token={Secret}\n"))}}"}]}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_build_whose_step_prints_a_secret_succeeds()
    {
        Redaction.Register(Secret);

        await BuildAsync(PrintedSecret, exitCode: 0);
    }

    [Fact]
    public async Task A_build_that_fails_is_one_error_that_shows_what_the_step_printed_and_no_secret()
    {
        Redaction.Register(Secret);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => BuildAsync(PrintedSecret, exitCode: 1));

        Assert.Equal($"The image build failed at [1/2] RUN restore\n    token={Redaction.Mask}\n    exit code: 1", error.Message);
    }

    [Fact]
    public async Task A_line_that_is_neither_a_status_nor_text_fails_no_build() => await BuildAsync("{warning: a helper says hello}", exitCode: 0);

    [Theory]
    [InlineData("git config branch.main.remote upstream; git config branch.main.merge refs/heads/main")]
    [InlineData("git config branch.main.remote upstream; git config branch.main.merge refs/heads/main; git tag main")]
    [InlineData("git config branch.main.remote origin; git config branch.main.merge refs/heads/main")]
    [InlineData("git checkout -q --detach")]
    public async Task The_provenance_of_a_fork_s_image_names_the_fork_whatever_its_branch_follows(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        using var repository = new TemporaryRepository();
        await repository.RunScript($"""
            git init -q -b main; git commit -q --allow-empty -m one
            git remote add origin https://github.com/me/app.git; git remote add upstream https://github.com/octo/app.git
            {script}
            """);
        // As buildx asks.
        var asked = _folder.Combine("asked");
        await BuildAsync("{}", exitCode: 0, repository.Directory, $"""
            head=$(git symbolic-ref -q HEAD) && remote=$(git for-each-ref --format='%(upstream:remotename)' "$head")
            [ -n "$remote" ] || remote=origin
            git remote get-url "$remote" > {asked}
            """);

        Assert.Equal("https://github.com/me/app.git\n", await File.ReadAllTextAsync(asked, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_build_whose_engine_was_stopped_is_not_tried_again(bool isThere)
    {
        var (socket, calls) = (_folder.Combine("docker.sock"), _folder.Combine("calls"));
        if (isThere) await File.WriteAllTextAsync(socket, "", TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => BuildAsync(
            "", exitCode: 1, script: $"echo >> {calls}; echo 'dial unix docker.sock: connect: connection refused' >&2; exit 1", address: $"unix://{socket}"));

        Assert.Equal(!isThere, error.Message.Contains("was stopped while it built", StringComparison.Ordinal));
        Assert.Equal(!isThere, File.ReadAllLines(calls).Length == 1);
    }

    // As BuildKit fails after a build was interrupted while it copied a base image, until the engine has that whole.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_base_image_whose_copy_was_interrupted_is_given_to_the_engine_whole_for_the_build(bool helps)
    {
        var archive = _folder.Combine("archive");
        var image = await LayoutBuilder.WriteOneAsync(_folder.Combine("base"), "content");
        var script = StuckUntil(helps ? archive : _folder.Combine("never"), "docker", $"cat > {archive}; echo 'Loaded image ID: {image.Root.Digest}'; exit");

        var failure = await Record.ExceptionAsync(() => BuildAsync("{}", exitCode: 0, script: script, bases: ["base"]));

        if (helps) Assert.Null(failure);
        else Assert.Contains("Restart the Docker engine, then run the same command again.", failure!.Message, StringComparison.Ordinal);
        var name = $"acci-base/{Session.Current.Id}:sha256-{image.Root.Digest.Hex}";
        Assert.Equal(["buildx bake", "buildx inspect", "load --quiet", $"tag {image.Root.Digest} {name}", "buildx bake", $"image rm --force {name}"], Calls());
        await using var tar = new TarReader(File.OpenRead(archive));
        var files = new List<string>();
        while (await tar.GetNextEntryAsync(cancellationToken: TestContext.Current.CancellationToken) is { } entry) files.Add(entry.Name);
        Assert.Equal(Directory.GetFiles(image.Folder, "*", SearchOption.AllDirectories).Select(x => Path.GetRelativePath(image.Folder, x)).Order(), files.Order());
    }

    [Fact]
    public async Task An_engine_that_does_not_take_the_base_images_does_not_hide_why_the_build_failed()
    {
        await LayoutBuilder.WriteOneAsync(_folder.Combine("base"), "content");

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => BuildAsync(
            "{}", exitCode: 0, script: StuckUntil(_folder.Combine("never"), "docker", "echo 'no manifest.json' >&2; exit 1"), bases: ["base"]));

        Assert.StartsWith("The image build failed at [1/2] FROM base", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Restart the Docker engine, then run the same command again.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["buildx bake", "buildx inspect", "load --quiet"], Calls().Take(3));
        Assert.Single(Calls(), x => x == "buildx bake");
    }

    [Theory]
    [InlineData("docker-container", "ci", "Remove the builder with `docker buildx rm ci`")]
    [InlineData("docker-container", null, "Remove the builder with `docker buildx rm ci`")]
    [InlineData("kubernetes", "ci", "Remove the builder with `docker buildx rm ci`")]
    [InlineData("remote", "ci", "Restart the BuildKit at tcp://buildkit.example.com:1234")]
    [InlineData("remote", null, "Restart the BuildKit at tcp://buildkit.example.com:1234")]
    [InlineData("", null, "Restart the BuildKit of this builder")]
    public async Task A_builder_other_than_the_engine_s_own_gets_no_base_images_and_the_message_says_what_frees_it(string driver, string? builder, string remedy)
    {
        await LayoutBuilder.WriteOneAsync(_folder.Combine("base"), "content");

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => BuildAsync(
            "{}", exitCode: 0, script: StuckUntil(_folder.Combine("never"), driver, "exit"), bases: ["base"], builder: builder));

        Assert.Contains($"{remedy}, then run the same command again.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["buildx bake", "buildx inspect"], Calls());
    }

    [Fact]
    public void The_reason_of_a_failed_signature_is_masked_before_it_is_cut()
    {
        Redaction.Register(Secret);
        var failure = SigstoreFailure.Find($"error during command execution: error signing bundle: invalid character {new string('z', 260)} {Secret} tail");

        Assert.Contains($" {Redaction.Mask} ta", failure!.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("npm_", failure.Reason, StringComparison.Ordinal);
    }

    private IEnumerable<string> Calls() => File.ReadAllLines(_folder.Combine("calls"))
        .Select(x => x.StartsWith("buildx", StringComparison.Ordinal) ? string.Join(' ', x.Split(' ')[..2]) : x);

    private string StuckUntil(string file, string driver, string load)
    {
        const string stuck =
            """{"vertexes":[{"digest":"sha256:2","name":"[1/2] FROM base","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:01Z","error":"failed to copy: unsupported offset"}]}""";
        return $"""
            echo "$*" >> {_folder.Combine("calls")}
            case "$1 $2" in
              "load --quiet") {load} ;;
              "image rm"|tag*) exit ;;
              "buildx inspect") printf 'Name: ci\nDriver: {driver}\nNodes:\nName: ci0\nEndpoint: tcp://buildkit.example.com:1234\n'; exit ;;
            esac
            [ -e {file} ] || (echo '{stuck}' >&2; exit 1) || exit 1
            """;
    }

    [Theory]
    [InlineData("no match for platform in manifest: not found", false, true)]
    [InlineData("no match for platform in manifest: not found", true, false)]
    [InlineData("not found", false, false)]
    public async Task A_base_image_that_lacks_a_platform_that_nobody_named_is_told_with_what_to_name(string problem, bool isNamed, bool isTold)
    {
        var image = isNamed ? new ImageDefinition("shop") { Platforms = [Platform.LinuxPpc64le] } : new ImageDefinition("shop");
        var error = await Assert.ThrowsAsync<DeliveryException>(() => BuildAsync("", exitCode: 1, images: [image], script: $$"""
            echo '{"vertexes":[{"digest":"sha256:2","name":"load metadata for base","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:01Z","error":"base: {{problem}}"}]}' >&2
            exit 1
            """));

        Assert.Equal(isTold, error.Message.EndsWith("\n    shop names no Platforms, which means linux/amd64 and linux/ppc64le: name those that the base images have.", StringComparison.Ordinal));
        Assert.Contains($"base: {problem}", error.Message, StringComparison.Ordinal);
    }

    private async Task BuildAsync(
        string line, int exitCode, string? root = null, string script = "", string? address = null, string[]? bases = null, string? builder = null, ImageDefinition[]? images = null)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("The stand-in for docker is a shell script.");
        var docker = _folder.Combine("docker");
        await File.WriteAllTextAsync(docker, $$"""
            #!/bin/sh
            {{script}}
            echo '{"vertexes":[{"digest":"sha256:1","name":"[1/2] RUN restore","started":"2026-01-01T00:00:00Z"}]}' >&2
            echo '{{line}}' >&2
            [ {{exitCode}} = 0 ] || echo '{"vertexes":[{"digest":"sha256:1","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:01Z","error":"exit code: 1"}]}' >&2
            exit {{exitCode}}

            """.ReplaceLineEndings("\n"), TestContext.Current.CancellationToken);
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var file = _folder.Combine("bake.json");
        await File.WriteAllTextAsync(file, "{}", TestContext.Current.CancellationToken);
        var layouts = new Dictionary<string, string> { ["app"] = _folder.Combine("layout") };
        var retry = new RetryOptions { Budget = address is null ? TimeSpan.Zero : TimeSpan.FromSeconds(2), FirstDelay = TimeSpan.FromMilliseconds(20) };
        var bake = new Bake(new DockerEngine(docker) { Address = address, Builder = builder }, root ?? _folder.Path) { Retry = retry, BaseLayouts = bases ?? [], OnDefaultPlatforms = [.. (images ?? []).Where(x => !x.NamesPlatforms)] };
        await bake.BuildAsync(file, layouts, useCache: true, TestContext.Current.CancellationToken);
    }
}
