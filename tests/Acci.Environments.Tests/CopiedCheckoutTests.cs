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

    // One that was moved, or whose variables an earlier version wrote, says where it is from its next start on.
    [Theory]
    [InlineData("moved")]
    [InlineData("of an earlier version")]
    [InlineData("a copy with a name of its own")]
    public void A_start_notes_where_the_checkout_is(string kind)
    {
        var made = $"bakery-prod-{LocalName.HashOf(kind == "a copy with a name of its own" ? _root.Path : "/elsewhere")}";
        var before = kind == "of an earlier version" ? $"# mine\nCOMPOSE_PROJECT_NAME={made}\n" : LocalName.Kept("# mine\n", isKept: false, made, "/elsewhere");

        var text = CheckoutOrigin.Renewed(before, _root.Path);
        Write(_root, text);
        Write(_copy, text);

        Assert.Equal(_root.Path, CheckoutOrigin.Find(_root.Combine("deploy", "compose", ".env.prod")));
        Assert.Equal(made, LocalName.Typed(_root.Path, BakeryEnvironments.Declaration, "prod"));
        Assert.Equal(text, CheckoutOrigin.Renewed(text, _root.Path));
        LocalName.EnsureIsNoCopy(_root.Path, BakeryEnvironments.Declaration, "prod");
        Assert.Throws<DeliveryException>(() => LocalName.EnsureIsNoCopy(_copy.Path, BakeryEnvironments.Declaration, "prod"));
    }

    // Through a mount, for instance.
    [Fact]
    public void The_same_checkout_by_another_path_is_no_copy()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It takes a second name of one file.");
        var text = LocalName.Kept("", isKept: false, LocalName.Of(_root.Path, BakeryEnvironments.Declaration, "prod"), _root.Path);
        Write(_root, text);
        Directory.CreateDirectory(_copy.Combine("deploy", "compose"));
        Run("ln", _root.Combine("deploy", "compose", ".env.prod"), _copy.Combine("deploy", "compose", ".env.prod"));

        LocalName.EnsureIsNoCopy(_copy.Path, BakeryEnvironments.Declaration, "prod");
    }

    [Fact]
    public void What_cannot_be_read_may_still_have_the_name()
    {
        var name = LocalName.Of(_root.Path, BakeryEnvironments.Declaration, "prod");
        Write(_copy, LocalName.Kept("", isKept: false, name, _root.Path));
        Directory.CreateDirectory(_root.Combine("deploy", "compose", ".env.prod"));

        var error = Assert.Throws<DeliveryException>(() => LocalName.EnsureIsNoCopy(_copy.Path, BakeryEnvironments.Declaration, "prod"));

        Assert.StartsWith(
            $"deploy/compose/.env.prod was made for the checkout in {_root.Path}. If that one still has the name {name}, both would share containers and data, and this is not known: ",
            error.Message, StringComparison.Ordinal);
        Assert.EndsWith($" Set COMPOSE_PROJECT_NAME=bakery-prod-{LocalName.HashOf(_copy.Path)} in deploy/compose/.env.prod of this checkout.", error.Message, StringComparison.Ordinal);
    }

    // A home that is its owner's alone answers likewise.
    [Fact]
    public void What_cannot_be_looked_at_may_still_have_the_name()
    {
        var origin = $"/{new string('x', 300)}";
        Write(_copy, LocalName.Kept("", isKept: false, LocalName.Of(_root.Path, BakeryEnvironments.Declaration, "prod"), origin));

        var error = Assert.Throws<DeliveryException>(() => LocalName.EnsureIsNoCopy(_copy.Path, BakeryEnvironments.Declaration, "prod"));

        Assert.Contains($"and this is not known: this user may not look at {origin}/deploy/compose/.env.prod. Set ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_of_six_letters_that_a_person_chose_is_none_that_was_made()
    {
        Assert.False(LocalName.IsMade(BakeryEnvironments.Declaration, "prod", "bakery-prod-shared"));
        Assert.True(LocalName.IsMade(BakeryEnvironments.Declaration, "prod", "bakery-prod-0a1b2c"));
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static void Write(TemporaryFolder checkout, string text)
    {
        Directory.CreateDirectory(checkout.Combine("deploy", "compose"));
        File.WriteAllText(checkout.Combine("deploy", "compose", ".env.prod"), text);
    }
}
