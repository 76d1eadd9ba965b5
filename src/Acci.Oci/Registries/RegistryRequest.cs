namespace Acci.Oci.Registries;

/// <summary>A request that can be sent more than once.</summary>
/// <param name="Method">The method.</param>
/// <param name="Address">The full address.</param>
/// <param name="Scope">What a token has to allow, in the words of token services: <c>repository:owner/acci:pull,push</c>; several are separated by spaces.</param>
internal sealed record RegistryRequest(HttpMethod Method, Uri Address, string Scope)
{
    private const int ExpectContinueFrom = 64 * 1024;

    /// <summary>The media types that are taken as an answer.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>The first byte that is asked for, of a blob.</summary>
    public long RangeStart { get; init; }

    /// <summary>Makes the body, anew for each sending.</summary>
    public Func<StallGuard, HttpContent>? Body { get; init; }

    /// <summary>How much longer than usual the registry may take to answer, because it has a large blob to check or to move.</summary>
    public TimeSpan ExtraPatience { get; init; }

    /// <summary>The message for one sending.</summary>
    public HttpRequestMessage ToMessage(StallGuard guard)
    {
        var message = new HttpRequestMessage(Method, Address) { Content = Body?.Invoke(guard) };
        message.Headers.TryAddWithoutValidation("User-Agent", "acci");
        if (Accept.Count > 0) message.Headers.TryAddWithoutValidation("Accept", Accept);
        if (RangeStart > 0) message.Headers.TryAddWithoutValidation("Range", $"bytes={RangeStart}-");
        // Lets the registry refuse (token expired, too many requests) before the body is under way; without it the refusal would look like a lost connection.
        if (message.Content?.Headers.ContentLength > ExpectContinueFrom) message.Headers.ExpectContinue = true;
        return message;
    }
}
