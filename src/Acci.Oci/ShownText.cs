namespace Acci.Oci;

/// <summary>What others chose and a message names: headers, addresses, types. Each may have 64 KiB, and a message is to be read.</summary>
internal static class ShownText
{
    private const int Longest = 400;

    /// <summary>Its beginning, masked.</summary>
    public static string Of(string? text) => Redaction.Beginning(text ?? "", Longest);

    /// <summary>The status of an answer, with its reason phrase: <c>404 Not Found</c>.</summary>
    public static string StatusOf(HttpResponseMessage response) => Of($"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd());
}
