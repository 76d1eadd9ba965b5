public sealed class ShopSettings
{
    public ServerSettings Server { get; set; } = new();

    public StoreSettings Store { get; set; } = new();

    public string Greeting { get; set; } = "";

    public string Currency { get; set; } = "EUR";
}

public sealed class ServerSettings
{
    public int BackendPort { get; set; } = 8080;
}

public sealed class StoreSettings
{
    public string Host { get; set; } = "";

    public string Password { get; set; } = "";

    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(5);
}
