using System.Net.Sockets;
using Acci.Delivery.Engines;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>What keeps a user from running an engine without root, and the commands that change it.</summary>
public sealed class RootlessSetupTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public RootlessSetupTests()
    {
        Write("etc/subuid", "root:100000:65536\nada:165536:65536\n");
        Write("etc/subgid", "# a comment\n1001:165536:65536\n");
        Write("proc/sys/user/max_user_namespaces", "95000\n");
        Write("dev/net/tun", "");
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_machine_that_is_prepared_lacks_nothing() => Assert.Null(Setup().Obstacle);

    [Theory]
    [InlineData("etc/subuid", "ada:165536:65535", "usermod --add-subuids 100000-165535 ada")]
    [InlineData("etc/subgid", "bob:300000:65536", "usermod --add-subgids 231072-296607 ada")]
    [InlineData("etc/subgid", "bob:231073:65536", "usermod --add-subgids 296609-362144 ada")]
    [InlineData("etc/subgid", "bob:4294901760:65535", "usermod --add-subgids 231072-296607 ada")]
    [InlineData("proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1")]
    [InlineData("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0")]
    [InlineData("proc/sys/user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=28633")]
    public void What_is_missing_is_named_with_the_command(string file, string text, string command)
    {
        Write(file, text);

        Assert.Equal([command], Setup().MissingCommands());
    }

    [Fact]
    public void Where_no_range_is_free_that_is_said()
    {
        Write("etc/subuid", "bob:100000:4294867295");

        Assert.Equal(
            "the private engine needs root, or 65536 user and group IDs in a row for ada, and /etc/subuid and /etc/subgid leave no such range free (remove a range that nobody needs)",
            Setup().Obstacle);
    }

    [Theory]
    [InlineData("Name:\tdotnet\nNoNewPrivs:\t1\nSeccomp:\t0\n", true)]
    [InlineData("Name:\tdotnet\nNoNewPrivs:\t0\n", false)]
    public void A_process_that_may_get_no_more_rights_is_told(string status, bool isTold)
    {
        Write("proc/self/status", status);

        Assert.Equal(isTold, Setup().Obstacle?.Contains("allowPrivilegeEscalation", StringComparison.Ordinal) is true);
    }

    [Fact]
    public void Ranges_count_together()
    {
        Write("etc/subuid", "ada:165536:32768\nada:300000:32768\n");

        Assert.Null(Setup().Obstacle);
    }

    [Fact]
    public void A_user_s_name_is_one_word_for_the_shell_and_a_user_without_one_is_told()
    {
        Assert.EndsWith(@" 'DOM\ada'", Assert.Single((Setup() with { User = @"DOM\ada", UserId = "1002" }).MissingCommands()), StringComparison.Ordinal);
        Assert.Contains("/etc/passwd does not know the user 4711", (Setup() with { User = "", UserId = "4711" }).Obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_without_all_of_it_gets_one_line()
    {
        foreach (var file in new[] { "etc/subuid", "etc/subgid", "dev/net/tun" }) File.Delete(_root.Combine(file.Split('/')));

        var obstacle = (Setup() with { FindProgram = _ => null }).Obstacle;

        Assert.Contains(
            "`apt-get install --yes uidmap && usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ada && modprobe tun`", obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_cannot_be_opened_is_opened_to_users()
    {
        File.Delete(_root.Combine("dev", "net", "tun"));
        // Nobody opens a socket by its name, root included.
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_root.Combine("dev", "net", "tun")));

        Assert.Equal(["chmod 0666 /dev/net/tun"], Setup().MissingCommands());
    }

    private RootlessSetup Setup() => new(_root.Path, "ada", "1001", name => $"/usr/bin/{name}");

    private void Write(string file, string text)
    {
        var path = _root.Combine(file.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
