namespace Acci.Hosting;

/// <summary>
/// Writes problem details (RFC 9457) whatever the client says that it accepts: the framework's own writer writes nothing where JSON is not among it,
/// and an error without a word helps nobody (RFC 9110, section 12.5.1).
/// </summary>
internal sealed class ProblemWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context) =>
        context.HttpContext.RequestServices.GetServices<IProblemDetailsWriter>().First(writer => writer is not ProblemWriter).WriteAsync(context);
}
