namespace Acci.Components.Tests;

public class ClosestMatchTests
{
    private static readonly string[] Names = ["Registry", "RegistryUser", "RegistryToken", "Platforms", "Cache", "NoCache"];

    [Theory]
    [InlineData("registri", "Registry")]
    [InlineData("Registyr", "Registry")]
    [InlineData("registrytokn", "RegistryToken")]
    [InlineData("platform", "Platforms")]
    [InlineData("CACHE", "Cache")]
    public void A_slip_finds_what_was_meant(string typed, string meant) => Assert.Equal(meant, ClosestMatch.Of(typed, Names));

    [Theory]
    [InlineData("verbose")]
    [InlineData("x")]
    [InlineData("h")]
    public void What_is_like_nothing_finds_nothing(string typed) => Assert.Null(ClosestMatch.Of(typed, ["Registry", "Platforms", "To"]));
}
