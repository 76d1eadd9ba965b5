using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Acci.Tests;

/// <summary>What tests of servers that fail ask the app for.</summary>
internal static class TenantRequests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<string> CreateAsync(AppProcess app, string? slug = null)
    {
        slug ??= $"t{Guid.NewGuid():N}";
        using var created = await app.Http.PostAsJsonAsync("/api/tenants", new { slug, name = "Acme" }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return slug;
    }

    public static async Task<HttpStatusCode> GetAsync(AppProcess app, string slug)
    {
        using var answer = await app.Http.GetAsync($"/api/tenants/{slug}", Cancellation);
        return answer.StatusCode;
    }

    public static async Task DeleteAsync(AppProcess app, string slug)
    {
        using var answer = await app.Http.DeleteAsync($"/api/tenants/{slug}", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    public static async Task<JsonElement> HealthAsync(AppProcess app)
    {
        using var answer = await app.Http.GetAsync("/health", Cancellation);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }
}
