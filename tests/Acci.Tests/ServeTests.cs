using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Acci.Tests;

public sealed class ServeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_app_with_nothing_configured_is_healthy()
    {
        await using var app = await AppProcess.ServeAsync(Cancellation);

        foreach (var path in new[] { "/health", "/health/live" })
        {
            using var response = await app.Http.GetAsync(path, Cancellation);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("healthy", (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("status").GetString());
        }
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_root_says_name_version_revision_and_mode(string mode)
    {
        await using var app = await AppProcess.ServeAsync(Cancellation, ("RUN_MODE", mode));

        var about = await app.Http.GetFromJsonAsync<JsonElement>("/", Cancellation);

        Assert.Equal(AppSettings.AppName, about.GetProperty("name").GetString());
        Assert.Equal(mode, about.GetProperty("mode").GetString());
        var (_, version, _) = await AppProcess.RunAsync(["--version"], Cancellation);
        Assert.Equal($"{AppSettings.AppName} {about.GetProperty("version")} ({about.GetProperty("revision")})", version.TrimEnd());
    }

    [Fact]
    public async Task In_production_every_log_line_is_JSON()
    {
        await using var app = await AppProcess.ServeAsync(Cancellation, ("RUN_MODE", "prod"));
        await app.TerminateAsync(Cancellation);

        var lines = app.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Equal(JsonValueKind.Object, JsonElement.Parse(line).ValueKind));
    }

    [Fact]
    public async Task The_port_is_the_one_of_the_settings_whatever_the_base_image_says()
    {
        await using var app = await AppProcess.ServeAsync(Cancellation, ("ASPNETCORE_HTTP_PORTS", "1"), ("ASPNETCORE_URLS", "http://*:2"));
        await app.TerminateAsync(Cancellation);

        Assert.Contains($"http://[::]:{app.Port}", app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGTERM_ends_the_app_with_exit_code_0()
    {
        await using var app = await AppProcess.ServeAsync(Cancellation);

        Assert.Equal(0, await app.TerminateAsync(Cancellation));
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line()
    {
        await using var first = await AppProcess.ServeAsync(Cancellation);

        var (exitCode, output, error) = await AppProcess.RunAsync([], Cancellation, ("APP__SERVER__BACKEND_PORT", $"{first.Port}"));

        Assert.Equal(1, exitCode);
        Assert.Empty(output);
        Assert.Equal(
            $"{AppSettings.AppName}: port {first.Port} (Server:BackendPort, APP__SERVER__BACKEND_PORT) cannot be used: "
            + "another process listens there; stop it, or choose another port.",
            error.TrimEnd());
    }
}
