using System.Runtime.InteropServices;
using Acci.Delivery.Caching;

namespace Acci.Delivery.Tests;

/// <summary>Folders that are made where a process gives rights to everybody, as in GitLab's containers. The umask is the whole process's, so nothing else runs meanwhile.</summary>
[Collection(nameof(UmaskTests))]
[CollectionDefinition(nameof(UmaskTests), DisableParallelization = true)]
public sealed class UmaskTests : IDisposable
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("acci-umask-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Nobody_else_can_write_the_cache_or_the_keys_or_a_folder_above(int umask)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        var (cache, keys) = (Path.Combine(_folder, "home", ".cache", "acci"), Path.Combine(_folder, "home", ".config", "acci"));

        var before = SetMask(umask);
        try
        {
            new CacheDirectory(cache).EnsureOwn();
            CacheDirectory.CreatePrivate(keys);
        }
        finally
        {
            _ = SetMask(before);
        }

        var made = Directory.GetDirectories(_folder, "*", SearchOption.AllDirectories);
        Assert.Equal(5, made.Length);
        Assert.DoesNotContain(made, x => (File.GetUnixFileMode(x) & WritableByOthers) != 0);
    }

    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetMask(int mask);
}
