using Acci.Delivery.SmokeTests;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.SmokeTests;

public sealed class ImageProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, false)]
    [InlineData("/app", true)]
    public async Task An_image_without_a_command_holds_nothing_to_start(string? command, bool isThere)
    {
        var builder = new LayoutBuilder(_folder.Combine("layout"));
        builder.AddImage(Platform.LinuxAmd64, [builder.AddBlob([1])], command: command);
        var layout = await builder.WriteAsync();
        var platform = Assert.Single(await layout.ReadPlatformsAsync(TestContext.Current.CancellationToken));

        Assert.Equal(isThere, await ImageProgram.IsInAsync(layout, platform, TestContext.Current.CancellationToken));
    }
}
