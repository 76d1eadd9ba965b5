namespace Acci.Components.Tests;

public class DestructiveSwitchTests
{
    [Theory]
    [InlineData(false, false, "DELETE")]
    [InlineData(false, false, "Delete", "PATH")]
    [InlineData(true, false, "NUKE_DELETE", "DELETE")]
    [InlineData(true, false, "NUKE_Delete")]
    [InlineData(true, true, "DELETE")]
    [InlineData(true, false, "PATH")] // a parameter file says so
    public void A_bare_variable_does_not_turn_on_what_destroys(bool meant, bool isTyped, params string[] variables) =>
        Assert.Equal(meant, DestructiveSwitch.IsMeant("Delete", isTyped, variables));
}
