using Acci.Environments.Files;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>A checkout whose folder was copied has the variables of the one it was copied from, and with them the name of its containers and data.</summary>
public sealed class CopiedCheckoutTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly TemporaryFolder _copy = new();

    public void Dispose()
    {
        _copy.Dispose();
        _root.Dispose();
    }

    [Fact]
    public void It_does_not_take_the_containers_and_data_of_the_first_one()
    {
        var name = LocalName.Of(_root.Path, BakeryEnvironments.Declaration, "prod");
        var text = LocalName.Kept("# mine\n", isKept: false, name, _root.Path);
        Write(_root, text);
        Write(_copy, text);

        LocalName.EnsureIsNoCopy(_root.Path, BakeryEnvironments.Declaration, "prod");
        var error = Assert.Throws<DeliveryException>(() => LocalName.EnsureIsNoCopy(_copy.Path, BakeryEnvironments.Declaration, "prod"));

        var own = $"COMPOSE_PROJECT_NAME=bakery-prod-{LocalName.HashOf(_copy.Path)}";
        Assert.Equal(
            $"deploy/compose/.env.prod was copied from the checkout in {_root.Path}, which has the same COMPOSE_PROJECT_NAME, {name}: both would share containers and data. "
            + $"Set {own} in deploy/compose/.env.prod of this checkout.",
            error.Message);

        // As the message says.
        Write(_copy, text.Replace($"COMPOSE_PROJECT_NAME={name}", own, StringComparison.Ordinal));
        LocalName.EnsureIsNoCopy(_copy.Path, BakeryEnvironments.Declaration, "prod");
        Assert.NotEqual(name, LocalName.Of(_copy.Path, BakeryEnvironments.Declaration, "prod"));
    }

    [Fact]
    public void One_that_was_moved_keeps_its_data()
    {
        var name = LocalName.Of(_root.Path, BakeryEnvironments.Declaration, "prod");
        Write(_copy, LocalName.Kept("", isKept: false, name, _root.Path));

        // The old place is there without the environment, and then it is gone.
        LocalName.EnsureIsNoCopy(_copy.Path, BakeryEnvironments.Declaration, "prod");
        Directory.Delete(_root.Path);
        LocalName.EnsureIsNoCopy(_copy.Path, BakeryEnvironments.Declaration, "prod");

        Assert.Equal(name, LocalName.Of(_copy.Path, BakeryEnvironments.Declaration, "prod"));
        Directory.CreateDirectory(_root.Path);
    }

    [Fact]
    public void A_name_that_a_person_chose_is_shared_as_they_say()
    {
        var text = LocalName.Kept("", isKept: false, "shop", _root.Path);
        Write(_root, text);
        Write(_copy, text);

        LocalName.EnsureIsNoCopy(_copy.Path, BakeryEnvironments.Declaration, "prod");
    }

    private static void Write(TemporaryFolder checkout, string text)
    {
        Directory.CreateDirectory(checkout.Combine("deploy", "compose"));
        File.WriteAllText(checkout.Combine("deploy", "compose", ".env.prod"), text);
    }
}
