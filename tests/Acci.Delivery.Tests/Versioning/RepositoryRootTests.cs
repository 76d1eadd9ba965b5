using Acci.Delivery.Scanning;
using Acci.Delivery.Versioning;
using Acci.Testing;

namespace Acci.Delivery.Tests.Versioning;

/// <summary>Paths that GitHub reads are those of the repository.</summary>
public sealed class RepositoryRootTests : IDisposable
{
    private readonly TemporaryRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_build_in_a_folder_of_a_larger_repository_uploads_no_findings_whose_files_would_be_looked_for_elsewhere()
    {
        await _repository.Run("git init --quiet");
        var folder = Directory.CreateDirectory(Path.Combine(_repository.Directory, "apps", "shop")).FullName;
        _repository.Write("apps/shop/found.sarif", "{}");
        _repository.Write("found.sarif", "{}");

        await UploadOf(_repository.Directory).PrepareAsync(new DeliveryScope());
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => UploadOf(folder).PrepareAsync(new DeliveryScope()));

        Assert.StartsWith("UploadSarif needs a build in the root of its git repository, and this one is in apps/shop. ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("apps/shop", "RescanImages needs a build in the root of its git repository, and this one is in apps/shop. ")]
    public async Task A_build_in_such_a_folder_scans_nothing_again_whose_findings_would_be_looked_for_elsewhere(string folder, string? problem)
    {
        await _repository.Run("git init --quiet");
        var root = Directory.CreateDirectory(Path.Combine(_repository.Directory, folder)).FullName;
        using var context = new DeliveryContext(new DeliveryOptions { Root = root, Artifacts = Path.Combine(root, "artifacts"), Images = [] }, Cancellation) { Environment = TestEnvironment.OutsideWorkflows };

        var failure = await Record.ExceptionAsync(() => new RescanImages(context).PrepareAsync(new DeliveryScope()));

        if (problem is not null) Assert.StartsWith(problem, failure?.Message, StringComparison.Ordinal);
        else Assert.DoesNotContain("root of its git repository", failure?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_a_commit_are_those_below_the_build_s_root()
    {
        Directory.CreateDirectory(Path.Combine(_repository.Directory, "apps", "shop"));
        _repository.Write("Dockerfile", "FROM other");
        _repository.Write("apps/shop/Dockerfile", "FROM scratch");
        await _repository.Run("git init --quiet", "git add .", "git commit --quiet --message one");

        var files = await RepositoryFiles.OfCommitAsync(Path.Combine(_repository.Directory, "apps", "shop"), "HEAD", _ => true, Cancellation);

        Assert.Equal(["Dockerfile"], files.Files);
        Assert.Equal("FROM scratch", files.Text("Dockerfile"));
    }

    [Fact]
    public async Task Without_a_repository_there_is_nothing_to_be_in_a_folder_of()
    {
        using var folder = new TemporaryFolder();

        await RepositoryRoot.EnsureAsync(folder.Path, "Target", "", Cancellation);
    }

    private static UploadSarif UploadOf(string root) => new(new DeliveryContext(
        new DeliveryOptions { Root = root, Artifacts = Path.Combine(root, "artifacts"), Images = [], Scan = new() { SarifFiles = ["found.sarif"] } }, Cancellation));
}
