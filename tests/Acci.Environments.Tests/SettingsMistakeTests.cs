namespace Acci.Environments.Tests;

/// <summary>A typing mistake in a file with passwords shows none of them: the JSON reader's own message quotes the rest of the file.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class SettingsMistakeTests
{
    [Theory]
    [InlineData("""{ "Smtp:Enabled": tru, "Database:Password": "open-sesame-4711" }""")]
    [InlineData("""{ "Database:Password": "open-sesame-4711" """)]
    [InlineData("""{ "Database:Password": open-sesame-4711 }""")]
    [InlineData("""[ "open-sesame-4711" ]""")]
    public void What_is_wrong_is_told_by_its_place(string secrets)
    {
        using var folder = new SettingsFolder();
        using var home = new UserSecrets(folder.Read().UserSecretsId, secrets);

        var error = Assert.Throws<DeliveryException>(() => folder.Read().With(new Dictionary<string, string>(), new Dictionary<string, string>()));

        Assert.StartsWith($"{home.File}: {(secrets[0] == '[' ? "" : "line 1 is not valid JSON.")}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", error.ToString(), StringComparison.Ordinal);
    }
}
