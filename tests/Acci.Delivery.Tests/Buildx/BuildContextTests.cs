using Acci.Delivery.Buildx;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Images;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>An image whose provenance would name another commit or repository than the image is refused before it is built.</summary>
public sealed class BuildContextTests : IAsyncLifetime
{
    private const string Begin = "git init --quiet --initial-branch main", Commit = "git commit --quiet --allow-empty --message one", Origin = "git remote add origin https://github.com/octo/app";
    private const string Submodule = "git -c protocol.file.allow=always submodule --quiet add";

    private readonly TemporaryRepository _checkout = new(), _other = new();
    private string _root = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _other.Run(Begin, "git commit --quiet --allow-empty --message other");
        _root = _checkout.Directory;
        _checkout.Write(".gitignore", "artifacts\nclone\nwritten\n");
        _checkout.Write("Dockerfile", "FROM scratch");
        await _checkout.Run(Begin, Origin, "git add .", "git commit --quiet --message one");
    }

    public ValueTask DisposeAsync()
    {
        _checkout.Dispose();
        _other.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_submodule_is_no_context_and_the_folder_around_it_is()
    {
        await _checkout.Run($"{Submodule} {_other.Directory} sub", Commit);

        var problem = await RefusedAsync(Image("sub"));

        Assert.StartsWith("The image 'app' is built from 'sub', a git repository of its own. Its provenance would say that it was built from commit ", problem, StringComparison.Ordinal);
        Assert.Contains("Context be '.', and name the files from there in the Dockerfile: COPY sub/…", problem, StringComparison.Ordinal);
        await AcceptedAsync(Image("."));
    }

    [Fact]
    public async Task A_checkout_within_this_one_is_no_context_not_even_of_the_same_commit()
    {
        await _checkout.Run($"git clone --quiet {_checkout.Directory} clone", "git -C clone remote set-url origin https://github.com/octo/app");

        Assert.Contains("'clone', a git repository of its own. Its provenance would say that it was built from another checkout", await RefusedAsync(Image("clone")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_outside_of_this_one_is_no_context()
    {
        var context = Path.GetRelativePath(_checkout.Directory, _other.Directory);

        var problem = await RefusedAsync(Image(context));

        Assert.StartsWith($"The image 'app' is built from {_other.Directory}, which is not of this repository. ", problem, StringComparison.Ordinal);
        Assert.Contains("git submodule add", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_submodule_beside_a_build_that_lies_below_the_repositorys_top_folder_is_reached_from_there()
    {
        _checkout.Write(".gitignore", "artifacts");
        await _checkout.Run("mkdir -p build/app", $"{Submodule} {_other.Directory} lib", $"{Submodule} {_other.Directory} build/app/sub", Commit);
        _root = Path.Combine(_checkout.Directory, "build", "app");

        var beside = await RefusedAsync(Image("../../lib"));
        var below = await RefusedAsync(Image("sub"));

        Assert.StartsWith("The image 'app' is built from '../../lib', a git repository of its own. ", beside, StringComparison.Ordinal);
        Assert.Contains("Context be '../..', and name the files from there in the Dockerfile: COPY lib/…", beside, StringComparison.Ordinal);
        Assert.Contains("Context be '.', and name the files from there in the Dockerfile: COPY sub/…", below, StringComparison.Ordinal);
        // What is said to do can be done.
        await AcceptedAsync(Image("../.."));
    }

    [Fact]
    public async Task A_folder_of_a_submodule_is_named_from_the_folder_around_it()
    {
        await _other.RunScript("mkdir -p app/src; touch app/src/file; git add .");
        await _other.Run(Commit);
        await _checkout.Run($"{Submodule} {_other.Directory} sub", Commit);

        var problem = await RefusedAsync(Image("sub/app/src/"));

        Assert.Contains("Context be '.', and name the files from there in the Dockerfile: COPY sub/app/src/… ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_repository_around_this_one_is_no_context_and_nothing_can_be_copied_of_it()
    {
        await _checkout.Run($"{Submodule} {_other.Directory} sub", Commit);
        _root = Path.Combine(_checkout.Directory, "sub");

        var problem = await RefusedAsync(Image(".."));

        Assert.StartsWith($"The image 'app' is built from {_checkout.Directory}, the git repository around this one. ", problem, StringComparison.Ordinal);
        Assert.EndsWith("Let the image's Context be a folder of this repository, or declare the image in a build of that one.", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_the_repository_around_this_one_is_told_as_one()
    {
        await _checkout.Run("mkdir modules", $"{Submodule} {_other.Directory} modules/sub", Commit);
        _root = Path.Combine(_checkout.Directory, "modules", "sub");

        Assert.StartsWith(
            $"The image 'app' is built from {Path.Combine(_checkout.Directory, "modules")}, a folder of the git repository around this one. ",
            await RefusedAsync(Image("..")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_whose_folder_is_named_by_a_link_is_told_what_can_be_done()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        using var folder = new TemporaryFolder();
        await _checkout.Run("mkdir -p build/app", $"{Submodule} {_other.Directory} build/app/sub", $"{Submodule} {_other.Directory} lib", Commit);
        await _checkout.Run($"git clone --quiet {_other.Directory} {folder.Combine("other")}", $"ln -s {_checkout.Directory}/build/app {folder.Combine("link")}");
        _root = folder.Combine("link");

        Assert.Contains("/other, which is not of this repository. ", await RefusedAsync(Image("../other")), StringComparison.Ordinal);
        Assert.Contains("Context be '.', and name the files from there in the Dockerfile: COPY sub/…", await RefusedAsync(Image("sub")), StringComparison.Ordinal);
        Assert.Contains("Context be '../..', and name the files from there in the Dockerfile: COPY lib/…", await RefusedAsync(Image($"{_checkout.Directory}/lib")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_submodule_beside_one_that_is_built_is_added_to_that_one()
    {
        await _checkout.Run($"{Submodule} {_other.Directory} sub", $"{Submodule} {_other.Directory} lib", "git -C lib commit --quiet --allow-empty --message two", Commit);
        _root = Path.Combine(_checkout.Directory, "sub");

        var problem = await RefusedAsync(Image("../lib"));

        Assert.Contains(", which is not of this repository. ", problem, StringComparison.Ordinal);
        Assert.Contains($"as with `git submodule add` in {_root}, let the image's Context be '.'", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_context_of_another_user_s_is_told_as_git_allows_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can give a folder to another user.");
        await _checkout.Run($"{Submodule} {_other.Directory} sub", Commit, "chown -R 12345 sub");

        var problem = await RefusedAsync(Image("sub"));

        Assert.Equal(
            $"git refuses the repository in '{_checkout.Directory}/sub' because it belongs to another user. Allow it with: git config --global --add safe.directory '{_checkout.Directory}/sub'", problem);
    }

    [Fact]
    public async Task An_image_that_says_itself_from_what_it_is_built_may_be_built_from_elsewhere()
    {
        await _checkout.Run($"{Submodule} {_other.Directory} sub", "git -C sub remote set-url origin https://github.com/octo/lib", Commit);
        var named = Image("sub") with { Annotations = new Dictionary<string, string> { ["org.opencontainers.image.revision"] = "1", ["org.opencontainers.image.source"] = "https://github.com/octo/lib" } };

        await AcceptedAsync(named);

        // What a workflow signs has to be of the workflow's repository.
        Assert.Contains("was built from octo/lib, not from octo/app", await ProblemAsync(named, x => x with { Keyless = true }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_remote_that_leads_to_another_repository_than_the_workflows_is_said_before_the_build()
    {
        var environment = TestEnvironment.OutsideWorkflows.With(
            ("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "octo/other"), ("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_REF", "refs/heads/main"), ("GITHUB_SHA", ""));
        using var context = new DeliveryContext(Options(Image(".")), Cancellation) { Environment = environment };

        var error = await Assert.ThrowsAsync<DeliveryException>(() => BuildContexts.LookAsync(context));

        Assert.Contains("was built from octo/app, not from octo/other", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Let git's remote 'origin' lead to octo/other, or build in a clone of it.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_context_that_a_target_is_going_to_write_and_one_outside_of_every_repository_are_accepted()
    {
        using var folder = new TemporaryFolder();

        await AcceptedAsync(Image("written"));
        await AcceptedAsync(Image(folder.Path));
    }

    // A run, its dry run and Doctor.
    private async Task<string> RefusedAsync(ImageDefinition image)
    {
        var problem = await ProblemAsync(image, x => x);
        foreach (var dryRun in (bool[])[false, true])
        {
            using var context = new DeliveryContext(Options(image) with { DryRun = dryRun }, Cancellation) { Environment = TestEnvironment.OutsideWorkflows };
            var error = await Assert.ThrowsAsync<DeliveryException>(() => new PreparedVerb(context, DeliveryScope.Publish, new BuildImages(context)).PrepareAsync(DeliveryScope.Publish));
            Assert.Equal(problem, error.Message);
        }

        using var examined = new DeliveryContext(Options(image), Cancellation) { Environment = TestEnvironment.OutsideWorkflows };
        Assert.Contains(await new Examination(examined, DeliveryScope.Publish).RunAsync(), x => x.Name == "Sources" && x.Text == problem && x.Severity == FindingSeverity.Fatal);
        return problem;
    }

    private async Task<string> ProblemAsync(ImageDefinition image, Func<DeliveryOptions, DeliveryOptions> change)
    {
        using var context = new DeliveryContext(change(Options(image)), Cancellation) { Environment = TestEnvironment.OutsideWorkflows };
        return (await Assert.ThrowsAsync<DeliveryException>(() => BuildContexts.LookAsync(context))).Message;
    }

    private async Task AcceptedAsync(ImageDefinition image)
    {
        using var context = new DeliveryContext(Options(image), Cancellation) { Environment = TestEnvironment.OutsideWorkflows };
        await BuildContexts.LookAsync(context);
    }

    private static ImageDefinition Image(string context) => new("app") { Dockerfile = "Dockerfile", Context = context, Platforms = [Platform.LinuxAmd64] };

    private DeliveryOptions Options(ImageDefinition image) =>
        new() { Root = _root, Artifacts = Path.Combine(_checkout.Directory, "artifacts"), Images = [image], Registry = "127.0.0.1:1" };
}
