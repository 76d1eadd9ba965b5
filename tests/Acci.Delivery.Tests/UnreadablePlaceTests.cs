using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Acci.Testing;

namespace Acci.Delivery.Tests;

/// <summary>What lies where this user cannot look may be there: nothing is decided as if it were not.</summary>
public sealed class UnreadablePlaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // Also for root, whom no mode keeps out: a link that leads to itself.
    private readonly string _place;

    public UnreadablePlaceTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        _place = _folder.Combine("place");
        File.CreateSymbolicLink(_place, _place);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_or_folder()
    {
        var file = Path.Combine(_place, "file");

        AssertUnknown(file, Assert.Throws<DeliveryException>(() => InputFile.Exists(file)));
        AssertUnknown(file, Assert.Throws<DeliveryException>(() => InputFile.IsFolder(file)));
        foreach (var nothing in (string[])[_folder.Combine("nothing"), _folder.Combine("no", "folder"), "", "a\0b", new string('a', 5000)])
        {
            Assert.False(InputFile.Exists(nothing));
            Assert.False(InputFile.IsFolder(nothing));
        }

        Assert.True(InputFile.IsFolder(_folder.Path));
    }

    [Fact]
    public void A_folder_that_may_not_be_searched()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "Root may search every folder.");
        var closed = Directory.CreateDirectory(_folder.Combine("closed")).FullName;
        File.WriteAllText(Path.Combine(closed, "file"), "");
        File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        try
        {
            AssertUnknown(Path.Combine(closed, "file"), Assert.Throws<DeliveryException>(() => InputFile.Exists(Path.Combine(closed, "file"))));
        }
        finally
        {
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task Logins_layouts_scans_keys_and_digests()
    {
        var config = new DockerConfig(ProcessEnvironment.Empty.With(("DOCKER_CONFIG", _place)));
        AssertUnknown(Path.Combine(_place, "config.json"), await Assert.ThrowsAsync<DeliveryException>(async () => await config.FindAsync("ghcr.io", Cancellation)));

        using var context = new DeliveryContext(new DeliveryOptions { Root = _folder.Path, Artifacts = _place, Images = [new("app") { Dockerfile = "Dockerfile" }] }, Cancellation);
        AssertUnknown(Path.Combine(_place, "images", "app"), Assert.Throws<DeliveryException>(() => context.HasLayout(context.Options.Images[0])));
        AssertUnknown(Path.Combine(_place, "publish", "cosign.pub"), await Assert.ThrowsAsync<DeliveryException>(() => context.PublishersSignerAsync(null)));
        AssertUnknown(Path.Combine(_place, "publish", "app.json"), Assert.Throws<DeliveryException>(() => PublishRecord.Read(Path.Combine(_place, "publish", "app.json"))));

        var program = Path.Combine(_place, "bin", "cosign");
        AssertUnknown($"{program}.sha256", await Assert.ThrowsAsync<DeliveryException>(() => FetchedProgram.EnsureAsync(program, Cancellation)));
    }

    private static void AssertUnknown(string path, DeliveryException error) =>
        Assert.StartsWith($"Whether {path} is there cannot be told: ", error.Message, StringComparison.Ordinal);
}
