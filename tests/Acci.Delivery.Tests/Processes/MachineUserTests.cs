using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Processes;

/// <summary>Whose the things are that several users may have on one engine.</summary>
public sealed class MachineUserTests : IDisposable
{
    private const string Identity = "0123456789abcdef0123456789abcdef";

    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Two_users_and_two_machines_have_names_of_their_own_which_do_not_tell_the_machine_s_identity()
    {
        MachineUser[] users = [new(Identity, "alice"), new(Identity, "bob"), new(Identity.Replace('0', '1'), "alice"), new("", "alice")];

        var names = users.Select(x => x.HashOf("registry", 8)).ToList();

        Assert.Equal(names, names.Distinct());
        Assert.All(names, x => Assert.Matches("^[0-9a-f]{8}$", x));
        Assert.Equal(names[0], new MachineUser(Identity, "alice").HashOf("registry", 8));
        Assert.NotEqual(names[0], users[0].HashOf("builder", 8));
        Assert.DoesNotContain(names, x => Identity.Contains(x, StringComparison.Ordinal));
    }

    [Fact]
    public void A_machine_is_told_by_its_identity_and_a_container_has_none()
    {
        Assert.Equal(new MachineUser("", "alice"), MachineUser.Of(_root.Path, "alice"));
        Directory.CreateDirectory(_root.Combine("etc"));
        File.WriteAllText(_root.Combine("etc", "machine-id"), $"{Identity}\n");
        Assert.Equal(new MachineUser(Identity, "alice"), MachineUser.Of(_root.Path, "alice"));

        // As if it could not be read.
        File.WriteAllText(_root.Combine("etc", "machine-id"), new string('0', 2000));
        Assert.Equal(new MachineUser("", "alice"), MachineUser.Of(_root.Path, "alice"));
    }

    // As Docker, its volumes, devcontainers and a machine of its own have them.
    [Theory]
    [InlineData("overlay:/var/lib/docker/overlay2/one/diff", "overlay:/var/lib/docker/overlay2/two/diff", false)]
    [InlineData("/home/ada/repo", "/home/bob/repo", false)]
    [InlineData("/home/ada/repo", "/home/ada/repo", true)]
    [InlineData("/var/lib/docker/volumes/builds/_data", "/var/lib/docker/volumes/builds/_data", true)]
    [InlineData("/var/lib/docker/volumes/builds/_data", "/var/lib/docker/volumes/others/_data", false)]
    [InlineData("/", "/", true)]
    public void Containers_of_one_image_have_the_same_names_only_where_their_folder_is_the_same_one(string first, string second, bool isSame)
    {
        string HashOf(string origin, string container, string? identity = null)
        {
            Directory.CreateDirectory(_root.Combine("etc"));
            Directory.CreateDirectory(_root.Combine("proc", "self"));
            File.WriteAllText(_root.Combine("etc", "machine-id"), identity ?? "");
            var isOwn = origin.StartsWith("overlay:", StringComparison.Ordinal);
            var upper = isOwn ? origin["overlay:".Length..] : $"/var/lib/docker/overlay2/{container}/diff";
            File.WriteAllText(_root.Combine("proc", "self", "mountinfo"), $"""
                600 500 0:48 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A:/var/lib/docker/overlay2/l/B,upperdir={upper},workdir={upper}/../work
                601 600 0:51 / /proc rw,nosuid - proc proc rw
                602 600 0:52 /other /workspaces/repository rw,relatime - ext4 /dev/sda1 rw
                {(isOwn ? "" : $"603 600 8:{container.Length} {origin} /workspaces/repo rw,relatime - ext4 /dev/sda{container.Length} rw\n")}
                """);
            return MachineUser.Of(_root.Path, "vscode").HashOfFolder("/workspaces/repo", 6);
        }

        Assert.Equal(isSame, HashOf(first, "one") == HashOf(second, "three"));
        // A machine's own identity is enough.
        Assert.Equal(HashOf(first, "one", Identity), HashOf(second, "three", Identity));
        Assert.Equal(new MachineUser(Identity, "vscode").HashOf("/workspaces/repo", 6), HashOf(first, "one", Identity));
    }

    [Fact]
    public void Where_nothing_is_known_of_mounts_a_folder_is_its_path() =>
        Assert.Equal(new MachineUser("", "ada").HashOf("/home/ada/repo", 6), MachineUser.Of(_root.Path, "ada").HashOfFolder("/home/ada/repo", 6));

    [Theory]
    [InlineData("/a b/c", "/x y/z/c")]
    [InlineData("/a", null)]
    [InlineData("/a bc", null)]
    [InlineData("/a b", "/x y/z")]
    [InlineData("/share/c", "nfs:/exports/pvc-1/c")]
    [InlineData("/own/c", "rpool/docker/one/c")]
    [InlineData("/memory/c", null)]
    public void A_folder_s_origin_is_that_of_the_mount_it_is_in(string folder, string? origin) => Assert.Equal(origin, FolderOrigin.Find(
        """
        1 0 8:1 / / rw - ext4 /dev/sda1 rw
        2 1 8:1 /x\040y/z /a\040b rw shared:1 - ext4 /dev/sda1 rw
        3 1 0:50 / /share rw - nfs4 nfs:/exports/pvc-1 rw
        4 1 0:51 / /own rw - zfs rpool/docker/one rw
        5 1 0:52 / /memory rw - tmpfs tmpfs rw
        a line of another kind
        """,
        folder));

    [Fact]
    public void What_stays_on_an_engine_is_called_after_the_user_who_made_it()
    {
        var user = MachineUser.Current;

        Assert.Equal($"acci-registry-{user.HashOf("registry", 8)}", new RegistryContainer(new DockerEngine("docker")).Name);
        Assert.Equal($"acci-node-{user.HashOf("unix:///run/one.sock", 12)}", Assert.Single(BuilderNode.ParseAll("linux/amd64=unix:///run/one.sock")).BuilderName);
    }
}
