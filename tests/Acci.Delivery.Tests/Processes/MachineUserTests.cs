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

    [Fact]
    public void What_stays_on_an_engine_is_called_after_the_user_who_made_it()
    {
        var user = MachineUser.Current;

        Assert.Equal($"acci-registry-{user.HashOf("registry", 8)}", new RegistryContainer(new DockerEngine("docker")).Name);
        Assert.Equal($"acci-node-{user.HashOf("unix:///run/one.sock", 12)}", Assert.Single(BuilderNode.ParseAll("linux/amd64=unix:///run/one.sock")).BuilderName);
    }
}
