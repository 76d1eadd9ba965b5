using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Acci.Sigstore.StandIn;

/// <summary>Rekor's endpoints of both versions.</summary>
internal sealed class LogEndpoints(Rekor rekor)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/rekor/api/v1/log/entries", AddFirstAsync);
        routes.MapPost("/rekor2/api/v2/log/entries", AddSecondAsync);
    }

    private async Task<IResult> AddFirstAsync(HttpRequest request, HttpResponse response)
    {
        if (rekor.AddFirst((await JsonNode.ParseAsync(request.Body))!) is not { } added)
            return Results.BadRequest(new { code = 400, message = "only a signed envelope (dsse) can be added" });
        response.Headers.ETag = added.Id;
        response.Headers.Location = $"/api/v1/log/entries/{added.Id}";
        return Results.Text(added.Answer.ToJsonString(), "application/json", statusCode: 201);
    }

    private async Task<IResult> AddSecondAsync(HttpRequest request) => rekor.AddSecond((await JsonNode.ParseAsync(request.Body))!) is { } entry
        ? Results.Text(entry.ToJsonString(), "application/json", statusCode: 201)
        : Results.BadRequest(new { code = 3, message = "neither a hash nor an envelope" });
}
