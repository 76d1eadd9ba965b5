using System.ComponentModel;
using System.Globalization;
using Acci.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Acci.Tenants;

/// <summary><c>/api/tenants</c>.</summary>
internal static class TenantEndpoints
{
    private const string Path = "/api/tenants";
    private const int DefaultPage = 50;
    private const int LargestPage = 200;

    internal static void Map(IEndpointRouteBuilder app)
    {
        var tenants = app.MapGroup(Path).WithTags("Tenants").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        tenants.MapMethods("", Reading.Methods, ListAsync).WithName("ListTenants").WithSummary("Lists tenants in the order of their slugs.")
            .WithRequestTimeout(Limits.RequestTimeoutPolicy);
        tenants.MapPost("", CreateAsync).WithName("CreateTenant").WithSummary("Creates a tenant.")
            .WithRequestTimeout(Limits.RequestTimeoutPolicy)
            .ProducesProblem(StatusCodes.Status408RequestTimeout)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        tenants.MapMethods("/{slug}", Reading.Methods, GetAsync).WithName("GetTenant").WithSummary("Gets a tenant.")
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
        tenants.MapDelete("/{slug}", DeleteAsync).WithName("DeleteTenant").WithSummary("Deletes a tenant.")
            .WithRequestTimeout(Limits.RequestTimeoutPolicy)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
    }

    private static async Task<Results<Ok<TenantPage>, ValidationProblem>> ListAsync(
        TenantStore store,
        HttpResponse response,
        [Description("Only tenants behind this slug.")] string? after,
        [Description("At most so many, 1 to 200; 50 if it is not said.")] string? limit,
        CancellationToken cancellationToken)
    {
        // A text, because a number that is none would be refused before it comes here, without a word on which parameter it was.
        var size = DefaultPage;
        if (limit is not null && (!int.TryParse(limit, CultureInfo.InvariantCulture, out size) || size is < 1 or > LargestPage))
            return Invalid("limit", $"must be a whole number from 1 to {LargestPage}");
        if (after is not null && NewTenant.SlugProblem(after) is { } problem)
            return Invalid("after", problem);

        // One more than asked for tells whether there is a next page.
        var tenants = await store.ListAsync(after ?? "", size + 1, cancellationToken);
        if (tenants.Count <= size)
            return TypedResults.Ok(new TenantPage(tenants, null));
        var next = $"{Path}?limit={size}&after={tenants[size - 1].Slug}";
        response.Headers.Link = $"<{next}>; rel=\"next\"";
        return TypedResults.Ok(new TenantPage([.. tenants.Take(size)], next));
    }

    private static async Task<Results<Created<Tenant>, ValidationProblem, ProblemHttpResult>> CreateAsync(
        NewTenant tenant, TenantStore store, HttpResponse response, CancellationToken cancellationToken)
    {
        if (tenant.Problems() is { Count: > 0 } problems)
            return TypedResults.ValidationProblem(problems);
        if (await store.CreateAsync(tenant.Slug!, tenant.Name!, cancellationToken) is not { } created)
            return TypedResults.Problem($"There is a tenant '{tenant.Slug}' already.", statusCode: StatusCodes.Status409Conflict);
        response.GetTypedHeaders().ETag = EntityTag(created);
        return TypedResults.Created($"{Path}/{created.Slug}", created);
    }

    private static async Task<Results<Ok<Tenant>, StatusCodeHttpResult, ValidationProblem, ProblemHttpResult>> GetAsync(
        string slug, TenantDirectory tenants, HttpContext context, CancellationToken cancellationToken)
    {
        if (NewTenant.SlugProblem(slug) is { } problem)
            return Invalid("slug", problem);
        if (await tenants.FindAsync(slug, cancellationToken) is not { } tenant)
            return NotFound(slug);

        var tag = EntityTag(tenant);
        if (!Preconditions.Match(context.Request, tag))
            return PreconditionFailed(slug);
        context.Response.Headers.ETag = tag.ToString();
        // Kept by the client, but asked for at every use: a deleted tenant must not live on in a browser.
        context.Response.Headers.CacheControl = "no-cache";
        return Preconditions.NoneMatch(context.Request, tag) ? TypedResults.Ok(tenant) : TypedResults.StatusCode(StatusCodes.Status304NotModified);
    }

    private static async Task<Results<NoContent, ValidationProblem, ProblemHttpResult>> DeleteAsync(
        string slug, TenantDirectory tenants, HttpRequest request, CancellationToken cancellationToken)
    {
        if (NewTenant.SlugProblem(slug) is { } problem)
            return Invalid("slug", problem);
        // Not from the cache, whose copy may be of an earlier tenant.
        var tenant = await tenants.FindStoredAsync(slug, cancellationToken);
        if (tenant is not null && (!Preconditions.Match(request, EntityTag(tenant)) || !Preconditions.NoneMatch(request, EntityTag(tenant))))
            return PreconditionFailed(slug);
        if (tenant is not null && await tenants.DeleteAsync(tenant, cancellationToken))
            return TypedResults.NoContent();
        return Preconditions.HasMatch(request) ? PreconditionFailed(slug) : NotFound(slug);
    }

    private static EntityTagHeaderValue EntityTag(Tenant tenant) => new($"\"{tenant.Id:N}\"");

    private static ValidationProblem Invalid(string field, string problem) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [problem] });

    private static ProblemHttpResult PreconditionFailed(string slug) => TypedResults.Problem(
        $"The tenant '{slug}' does not meet the conditions of If-Match or If-None-Match.", statusCode: StatusCodes.Status412PreconditionFailed);

    private static ProblemHttpResult NotFound(string slug) =>
        TypedResults.Problem($"There is no tenant '{slug}'.", statusCode: StatusCodes.Status404NotFound);
}
