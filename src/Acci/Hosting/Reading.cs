namespace Acci.Hosting;

/// <summary>The methods of what can be read: a server that knows GET knows HEAD (RFC 9110, section 9.1).</summary>
internal static class Reading
{
    internal static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];
}
