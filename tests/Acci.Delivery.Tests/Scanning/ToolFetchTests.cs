using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Scanning;
using Acci.Oci.Retries;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Acci.Delivery.Tests.Scanning;

/// <summary>A pinned tool comes from where the pin says, and only as what the pin says.</summary>
public sealed class ToolFetchTests : ScanningFixture, IAsyncLifetime
{
    private const string Content = "#!/bin/sh\necho the tool\n";

    private readonly Dictionary<string, byte[]> _files = [];
    private int _faults;
    private int _requests;
    private WebApplication _server = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        _server = builder.Build();
        _server.Urls.Add("http://127.0.0.1:0");
        _server.Run(async context =>
        {
            _requests++;
            if (context.Request.Path.Value!.StartsWith("/status/", StringComparison.Ordinal)) context.Response.StatusCode = int.Parse(context.Request.Path.Value!.Split('/')[2], System.Globalization.CultureInfo.InvariantCulture);
            else if (context.Request.Path == "/cut") await CutAsync(context);
            else if (_faults-- > 0) context.Response.StatusCode = 503;
            else if (_files.TryGetValue(context.Request.Path.Value!, out var content)) await context.Response.Body.WriteAsync(content);
            else context.Response.StatusCode = 404;
        });
        await _server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Dispose();
    }

    [Fact]
    public async Task A_program_that_was_changed_afterwards_is_fetched_again()
    {
        var archive = Serve("/tool.tar.gz", await TarAsync("tool"));
        var program = await FetchAsync(archive);
        await File.AppendAllTextAsync(program, "changed", Cancellation);
        var again = await FetchAsync(archive);

        Assert.Equal(Content, await File.ReadAllTextAsync(again, Cancellation));
        Assert.Equal(2, _requests);
    }

    [Fact]
    public async Task What_has_its_checksum_is_unpacked_and_fetched_once()
    {
        var archive = Serve("/tool.tar.gz", await TarAsync("tool"));

        var first = await FetchAsync(archive);
        var second = await FetchAsync(archive);

        Assert.Equal(first, second);
        Assert.Equal(Content, await File.ReadAllTextAsync(first, Cancellation));
        Assert.True(File.GetUnixFileMode(first).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal(1, _requests);
        Assert.Equal([first, $"{first}.sha256"], Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_not_what_was_pinned_is_thrown_away()
    {
        var archive = Serve("/tool.tar.gz", await TarAsync("tool")) with { Sha256 = new string('0', 64) };

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => FetchAsync(archive));

        Assert.Contains("is not what was pinned", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_server_that_is_not_well_is_asked_again()
    {
        _faults = 2;

        Assert.True(File.Exists(await FetchAsync(Serve("/tool.tar.gz", await TarAsync("tool")))));
        Assert.Equal(3, _requests);
    }

    [Fact]
    public async Task A_zip_is_unpacked_too()
    {
        using var content = new MemoryStream();
        using (var zip = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true)) zip.CreateEntry("tool").Open().Write(Encoding.UTF8.GetBytes(Content));

        Assert.Equal(Content, await File.ReadAllTextAsync(await FetchAsync(Serve("/tool.zip", content.ToArray())), Cancellation));
    }

    [Fact]
    public async Task An_archive_without_the_program_and_an_address_without_an_archive_are_told()
    {
        Assert.Contains("has no 'tool'", (await Assert.ThrowsAsync<DeliveryException>(async () => await FetchAsync(Serve("/tool.tar.gz", await TarAsync("other"))))).Message, StringComparison.Ordinal);
        Assert.Contains("404", (await Assert.ThrowsAsync<ToolFetch.UnavailableException>(() => FetchAsync(new($"{_server.Urls.First()}/none.tar.gz", new string('0', 64))))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_a_way_there_is_told()
    {
        await Assert.ThrowsAsync<ToolFetch.UnavailableException>(() => FetchAsync(new("http://127.0.0.1:9/tool.tar.gz", new string('0', 64))));
    }

    [Theory]
    [InlineData("/status/403", "403")]
    [InlineData("/status/404", "404")]
    [InlineData("/status/407", "407")]
    [InlineData("/status/500", "500")]
    [InlineData("/status/503", "503")]
    [InlineData("/cut", "broke off")]
    public async Task A_download_that_fails_is_an_obstacle_and_no_error(string path, string word)
    {
        var (scanner, obstacle) = await LocateAsync(new($"{_server.Urls.First()}{path}", new string('0', 64)));

        Assert.Null(scanner);
        Assert.Contains("cannot be fetched", obstacle, StringComparison.Ordinal);
        Assert.Contains(word, obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_is_an_obstacle()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null))));
        await using var server = builder.Build();
        await server.StartAsync(Cancellation);

        var (scanner, obstacle) = await LocateAsync(new($"{server.Urls.First()}/tool.tar.gz", new string('0', 64)));

        Assert.Null(scanner);
        Assert.Contains("certificate", obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_what_was_pinned_stays_an_error() => Assert.Contains(
        "is not what was pinned",
        (await Assert.ThrowsAsync<DeliveryException>(async () => await LocateAsync(Serve("/tool.tar.gz", await TarAsync("trivy")) with { Sha256 = new string('0', 64) }))).Message,
        StringComparison.Ordinal);

    private Task<(Trivy? Scanner, string? Obstacle)> LocateAsync(ToolLocks.ToolArchive archive) => new TrivyLocator(
        new ToolLocks { Trivy = new ToolLocks.ToolLock { Version = "0.70.0", Archives = new Dictionary<string, ToolLocks.ToolArchive> { [ToolFetch.Machine] = archive } } },
        "deploy/locks/tools.json",
        new CacheDirectory(Root),
        () => Task.FromResult<DockerEngine?>(null))
    {
        Installed = null,
        Retry = new RetryOptions { Budget = TimeSpan.FromMilliseconds(200), FirstDelay = TimeSpan.FromMilliseconds(10) },
    }.LocateAsync(Cancellation);

    // Ends the connection in the middle of the answer.
    private static async Task CutAsync(HttpContext context)
    {
        context.Response.ContentLength = 1000;
        await context.Response.Body.WriteAsync(new byte[10]);
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    private Task<string> FetchAsync(ToolLocks.ToolArchive archive) =>
        new ToolFetch(new CacheDirectory(Root), new RetryOptions { Budget = TimeSpan.FromSeconds(5), FirstDelay = TimeSpan.FromMilliseconds(10) }).GetAsync("tool", "1.0", archive, Cancellation);

    private ToolLocks.ToolArchive Serve(string path, byte[] content)
    {
        _files[path] = content;
        return new ToolLocks.ToolArchive($"{_server.Urls.First()}{path}", Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    private static async Task<byte[]> TarAsync(string name)
    {
        using var archive = new MemoryStream();
        await using (var gzip = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
        await using (var tar = new TarWriter(gzip))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "LICENSE") { DataStream = new MemoryStream([1]) });
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Content)) });
        }

        return archive.ToArray();
    }
}
