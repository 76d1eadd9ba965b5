using System.Diagnostics;
using Acci.Testing;

namespace Acci.Oci.Tests;

/// <summary>Files that people name.</summary>
public sealed class InputFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.Combine("file");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_read_up_to_its_largest_size()
    {
        System.IO.File.WriteAllBytes(File, new byte[100]);

        Assert.Equal(100, InputFile.Read(File, 100).Length);
        Assert.Equal(Digest.Of(new byte[100]).Hex, InputFile.ReadSha256(File, 100));
        Assert.EndsWith("file is larger than 0 KiB: this is no such file.", Assert.Throws<DeliveryException>(() => InputFile.Read(File, 99)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_read_is_named()
    {
        Assert.StartsWith($"{File} cannot be read: ", Assert.Throws<DeliveryException>(() => InputFile.Read(File, 1)).Message, StringComparison.Ordinal);
        Assert.False(InputFile.Exists(File));
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_said_to_be_one()
    {
        foreach (var act in new Action[] { () => InputFile.Read(_folder.Path, 1), () => InputFile.ReadSha256(_folder.Path, 1), () => InputFile.Exists(_folder.Path) })
            Assert.Equal($"{_folder.Path} is a folder, and should be a file: move it away.", Assert.Throws<DeliveryException>(act).Message);
    }

    [Fact]
    public void A_device_without_an_end_is_too_large()
    {
        Assert.SkipUnless(System.IO.File.Exists("/dev/zero"), "There is no /dev/zero here.");

        Assert.Contains("is larger than", Assert.Throws<DeliveryException>(() => InputFile.Read("/dev/zero", 1024 * 1024)).Message, StringComparison.Ordinal);
        Assert.Contains("is larger than", Assert.Throws<DeliveryException>(() => InputFile.ReadSha256("/dev/zero", 1024 * 1024)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_is_read_to_its_end_and_one_that_nobody_writes_to_is_not_waited_for_for_ever()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes with names are made by mkfifo.");
        using (var make = Process.Start("mkfifo", File)) await make.WaitForExitAsync(TestContext.Current.CancellationToken);

        var error = Assert.Throws<DeliveryException>(() => InputFile.Read(File, 100, TimeSpan.FromSeconds(1)));
        Assert.Contains("has no end", error.Message, StringComparison.Ordinal);

        var other = _folder.Combine("other");
        using (var make = Process.Start("mkfifo", other)) await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        var read = Task.Run(() => InputFile.ReadText(other, 100), TestContext.Current.CancellationToken);
        await System.IO.File.WriteAllTextAsync(other, "some text", TestContext.Current.CancellationToken);
        Assert.Equal("some text", await read);
        // Lets the reader of before go.
        await System.IO.File.WriteAllTextAsync(File, "", TestContext.Current.CancellationToken);
    }
}
