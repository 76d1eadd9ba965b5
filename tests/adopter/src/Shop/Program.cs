using System.Net.Sockets;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Configuration.AddKeyPerFile("/run/secrets", optional: true);
var settings = builder.Configuration.Get<ShopSettings>()!;
builder.WebHost.UseUrls($"http://*:{settings.Server.BackendPort}");

var app = builder.Build();
app.MapGet("/health", () => "ok");
app.MapGet("/", async () => $"{settings.Greeting}: {await ReadAsync(settings.Store, "stock")} at {await ReadAsync(settings.Store, "price")} {settings.Currency}");
app.Run();

static async Task<string?> ReadAsync(StoreSettings store, string key)
{
    using var client = new TcpClient();
    await client.ConnectAsync(store.Host, 6379).WaitAsync(store.Patience);
    using var reader = new StreamReader(client.GetStream());
    await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes($"AUTH {store.Password}\r\nGET {key}\r\n"));
    return await reader.ReadLineAsync() == "+OK" && await reader.ReadLineAsync() != "$-1" ? await reader.ReadLineAsync() : "nothing";
}
