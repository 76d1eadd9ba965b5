using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>
/// Debian's sshd on a port of 127.0.0.1, for one key and one command: whatever is asked for, <c>docker buildx dial-stdio</c> of this machine's engine answers in place of
/// <c>buildctl dial-stdio</c>, or another command. It is found by an <c>ssh</c> of its own on the PATH, which reads no file of the user's.
/// </summary>
public sealed class SshServer : IDisposable
{
    private readonly Process _server;
    private readonly string _folder;
    private readonly int _port;

    private SshServer(Process server, string folder, int port) => (_server, _folder, _port) = (server, folder, port);

    /// <summary>The address of the BuildKit behind it.</summary>
    public string Address => $"ssh://{Environment.UserName}@127.0.0.1:{_port}";

    /// <summary>A folder whose <c>ssh</c> knows the server's host key.</summary>
    public string Commands => Path.Combine(_folder, "known");

    /// <summary>A folder whose <c>ssh</c> does not.</summary>
    public string CommandsOfStranger => Path.Combine(_folder, "unknown");

    /// <summary>Starts it.</summary>
    /// <param name="docker">The docker command.</param>
    /// <param name="folder">Gets its files.</param>
    /// <param name="cancellationToken">Ends the wait for it.</param>
    /// <param name="command">What answers, as arguments of the docker command.</param>
    /// <returns>The server; null where sshd cannot be had.</returns>
    public static async Task<SshServer?> StartAsync(string docker, string folder, CancellationToken cancellationToken, string command = "buildx dial-stdio")
    {
        if (Executables.Find("ssh") is not { } ssh || Executables.Find("ssh-keygen") is not { } keygen) return null;
        var root = Executables.Find("sshd") is null ? DebianPackages.Fetch("openssh-server", "openssh-server", "libwrap0") : "/";
        if (root is null) return null;
        Directory.CreateDirectory(folder);
        foreach (var name in (string[])["host", "user"])
            await CommandRunner.RunAsync(new Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, name)), cancellationToken: cancellationToken);
        string Text(string name) => File.ReadAllText(Path.Combine(folder, name)).Trim();
        void Write(string name, params string[] lines) => File.WriteAllLines(Path.Combine(folder, name), lines);

        var port = FreePort();
        Write("authorized", $"restrict,command=\"BUILDX_CONFIG={folder}/buildx exec {docker} {command}\" {Text("user.pub")}");
        Write("sshd.conf", $"Port {port}", "ListenAddress 127.0.0.1", $"HostKey {folder}/host", $"AuthorizedKeysFile {folder}/authorized", "PidFile none", "StrictModes no",
            "UsePAM no", "PasswordAuthentication no", "KbdInteractiveAuthentication no", "MaxStartups 100");
        foreach (var (name, key) in ((string, string)[])[("known", Text("host.pub")), ("unknown", Text("user.pub"))])
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            Write($"{name}.hosts", $"[127.0.0.1]:{port} {key}");
            Write($"{name}.conf", $"IdentityFile {folder}/user", "IdentitiesOnly yes", $"UserKnownHostsFile {folder}/{name}.hosts", "GlobalKnownHostsFile none", "BatchMode yes");
            Write($"{name}/ssh", "#!/bin/sh", $"exec {ssh} -F {folder}/{name}.conf \"$@\"");
            File.SetUnixFileMode(Path.Combine(folder, name, "ssh"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var start = new ProcessStartInfo("bash", ["-c", Script(folder, Path.Combine(root, "usr/sbin/sshd"))]) { RedirectStandardError = true };
        start.Environment["LD_LIBRARY_PATH"] = Path.Combine(root, "usr/lib", $"{(System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64 ? "x86_64" : "aarch64")}-linux-gnu");
        var server = Process.Start(start)!;
        while (await server.StandardError.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!line.StartsWith("Server listening", StringComparison.Ordinal)) continue;
            _ = server.StandardError.ReadToEndAsync(CancellationToken.None);
            return new SshServer(server, folder, port);
        }

        return null;
    }

    public void Dispose()
    {
        if (!_server.HasExited) _server.Kill();
        _server.Dispose();
    }

    // As root it wants a user `sshd` and a folder of its own, which it gets in a mount namespace: the machine stays as it is.
    private static string Script(string folder, string sshd) => Environment.UserName != "root" ? $"exec {sshd} -D -e -f {folder}/sshd.conf"
        : $"""
        cp /etc/passwd {folder}/passwd && echo 'sshd:x:101:65534::/run/sshd:/usr/sbin/nologin' >> {folder}/passwd && mkdir -p /run/sshd &&
        exec unshare -m bash -c 'mount --bind {folder}/passwd /etc/passwd && exec {sshd} -D -e -f {folder}/sshd.conf'
        """;

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
