using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Oci.Retries;

namespace Acci.Testing;

/// <summary>A registry server of its own, on a loopback port; it can be killed and started again, and keeps its data and port.</summary>
public sealed class RegistryServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _auth;
    private readonly string _http;
    private readonly string _domain = $"127.0.0.1:{FreePort()}";
    private Process? _process;

    /// <summary>A registry without authentication.</summary>
    public RegistryServer()
        : this("", "")
    {
    }

    /// <summary>A registry with these lines in the sections <c>auth</c> and <c>http</c> of its configuration.</summary>
    private RegistryServer(string auth, string http) => (_auth, _http) = (auth, http);

    /// <summary>A server with these sections in its configuration.</summary>
    public static RegistryServer With(string auth, string http = "") => new(auth, http);

    /// <summary>Host and port. Whoever asks for it needs the server; where there is none, that test is skipped.</summary>
    public string Domain
    {
        get
        {
            RegistryProgram.Require();
            return _domain;
        }
    }

    /// <summary>A repository that no other test uses.</summary>
    public ImageReference NewRepository(string name = "app") => ImageReference.Parse($"{Domain}/{name}-{Guid.NewGuid():n}");

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A client without credentials. Its budget is also how long an answer is waited for, which takes its time on a busy machine.</summary>
    public OciRegistry Connect(ICredentialSource? credentials = null, RegistryOptions? options = null) =>
        new(Domain, (options ?? new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.FromMinutes(1) } }) with { Credentials = credentials ?? Credentials.None });

    public async ValueTask InitializeAsync()
    {
        // A fixture cannot skip the tests it serves: they do that themselves when they use it.
        if (RegistryProgram.IsHere) await StartAsync();
    }

    public async Task StartAsync()
    {
        var configuration = _folder.Combine("config.yml");
        await File.WriteAllTextAsync(configuration, $"""
            version: 0.1
            log: { "{level: error, accesslog: {disabled: true}}" }
            storage:
              filesystem: { "{rootdirectory: "}{Data}{ "}" }
              delete: { "{enabled: true}" }
              maintenance: { "{uploadpurging: {enabled: false}}" }
            http:
              addr: {Domain}
              secret: the same after a restart
            {Indent(_http)}
            {(_auth.Length == 0 ? "" : $"auth:\n{Indent(_auth)}")}
            """);
        var start = new ProcessStartInfo(RegistryProgram.Require(), ["serve", configuration]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // It keeps little in memory, and would spend a third of its time on collecting that (Go, runtime/debug, SetGCPercent).
        start.Environment["GOGC"] = "800";
        _process = Process.Start(start)!;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await WaitAsync();
    }

    /// <summary>The folder that it keeps everything in.</summary>
    public string Data => _folder.Combine("data");

    public bool IsRunning => _process is not null;

    /// <summary>Ends the server at once, with whatever is under way.</summary>
    public void Kill()
    {
        if (_process is null) return;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Uploads that were begun and neither finished nor given up.</summary>
    public int OpenUploads(ImageReference repository)
    {
        var uploads = Path.Combine(Data, "docker", "registry", "v2", "repositories", repository.Path, "_uploads");
        // This server leaves a folder behind; what it keeps of an upload that can be gone on with is this file.
        return Directory.Exists(uploads) ? Directory.GetFiles(uploads, "startedat", SearchOption.AllDirectories).Length : 0;
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task WaitAsync()
    {
        var address = IPEndPoint.Parse(Domain);
        for (var since = Stopwatch.StartNew(); since.Elapsed < TimeSpan.FromMinutes(5); await Task.Delay(20))
        {
            Assert.False(_process!.HasExited, "The registry server ended at its start.");
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(address);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }

        Assert.Fail("The registry server does not listen.");
    }

    private static string Indent(string lines) => string.Join('\n', lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(x => $"  {x}"));
}
