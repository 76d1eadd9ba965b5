using System.Diagnostics;

namespace Acci.Tests.Servers;

/// <summary>A Redis server that keeps what it is told to save.</summary>
internal sealed class RedisServer : ServerProcess
{
    private readonly string _program;
    private readonly bool _tls;

    private RedisServer(string program, bool tls)
        : base("Redis") => (_program, _tls) = (program, tls);

    /// <summary>The file of the certificate of a server that speaks TLS.</summary>
    public string Certificate => Path.Combine(Folder.FullName, "redis.crt");

    private string Key => Path.Combine(Folder.FullName, "redis.key");

    /// <summary>Starts a server; gives null where Redis cannot be had.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="tls">It speaks TLS only.</param>
    public static async Task<RedisServer?> TryStartAsync(CancellationToken cancellationToken, bool tls = false)
    {
        var program = await DistributionPackages.FindAsync(() => DistributionPackages.InPath("redis-server"), "redis-server", cancellationToken);
        if (program is null)
            return null;
        var server = new RedisServer(program, tls);
        if (tls)
            SelfSigned.Write(server.Certificate, server.Key);
        await server.StartAsync(cancellationToken);
        return server;
    }

    public (string Name, string Value)[] Settings() => [("APP__REDIS__HOST", "127.0.0.1"), ("APP__REDIS__PORT", $"{Port}")];

    /// <summary>Runs a command as redis-cli does.</summary>
    public async Task<string> CommandAsync(CancellationToken cancellationToken, params string[] command)
    {
        var program = Path.Combine(Path.GetDirectoryName(_program)!, "redis-cli");
        var start = new ProcessStartInfo(program, ["-p", $"{Port}", .. command]) { RedirectStandardOutput = true };
        using var cli = Process.Start(start)!;
        var output = await cli.StandardOutput.ReadToEndAsync(cancellationToken);
        await cli.WaitForExitAsync(cancellationToken);
        return output.Trim();
    }

    protected override ProcessStartInfo StartInfo() => new(
        _program,
        [
            .. _tls
                ? new[] { "--port", "0", "--tls-port", $"{Port}", "--tls-cert-file", Certificate, "--tls-key-file", Key, "--tls-auth-clients", "no" }
                : ["--port", $"{Port}"],
            "--bind", "127.0.0.1", "--dir", Folder.FullName, "--save", "", "--appendonly", "no",
        ]);
}
