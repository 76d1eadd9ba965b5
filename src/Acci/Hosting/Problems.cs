using System.Text.Json;
using Acci.PostgreSql;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace Acci.Hosting;

/// <summary>
/// Answers failed requests with problem details (RFC 9457). What the client can correct is named; what only the operator can is logged
/// under the trace id that the answer carries.
/// </summary>
internal sealed partial class Problems(IProblemDetailsService problems, Database database, Drain drain, ILogger<Problems> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // The failed request's headers went with the rest of its answer.
        AnswerHeaders.AddTo(httpContext, drain);
        if (exception is NpgsqlException failure && Failures.IsMissingSchema(failure))
            database.MissSchema();
        var problem = Describe(exception);
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
        {
            LogUnavailable(httpContext.Request.Method, httpContext.Request.Path, exception.Message);
            httpContext.Response.Headers.RetryAfter = Limits.RetryAfter;
        }
        else if (problem.Status == StatusCodes.Status500InternalServerError)
        {
            LogFailed(httpContext.Request.Method, httpContext.Request.Path, exception);
        }
        httpContext.Response.StatusCode = problem.Status;
        var context = new ProblemDetailsContext { HttpContext = httpContext };
        context.ProblemDetails.Status = problem.Status;
        context.ProblemDetails.Detail = problem.Detail;
        await problems.WriteAsync(context);
        return true;
    }

    private static (int Status, string? Detail) Describe(Exception exception) => exception switch
    {
        BadHttpRequestException { InnerException: JsonException json } => (StatusCodes.Status400BadRequest, Describe(json)),
        // The framework's own words are for the one who wrote the endpoint.
        BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } => (StatusCodes.Status400BadRequest, "A JSON body is required."),
        BadHttpRequestException bad => (bad.StatusCode, bad.Message),
        UnavailableException unavailable => (StatusCodes.Status503ServiceUnavailable, unavailable.Message),
        NpgsqlException database when Failures.IsOutage(database) =>
            (StatusCodes.Status503ServiceUnavailable, "The database does not answer; try again."),
        NpgsqlException database when Failures.IsMissingSchema(database) =>
            (StatusCodes.Status503ServiceUnavailable, Database.NotReady),
        _ => (StatusCodes.Status500InternalServerError, null),
    };

    /// <summary>The serializer's own message names types of this app, which mean nothing to a client.</summary>
    private static string Describe(JsonException exception) => exception.Path is null or "$"
        ? $"The body is not the JSON expected: see line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}."
        : $"The body is not the JSON expected at {exception.Path}: see line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.";

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} cannot be served now: {Reason}")]
    private partial void LogUnavailable(string method, PathString path, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFailed(string method, PathString path, Exception exception);
}
