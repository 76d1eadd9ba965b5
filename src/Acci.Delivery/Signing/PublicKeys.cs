using System.Collections.Concurrent;

namespace Acci.Delivery.Signing;

/// <summary>The public halves of keys, as far as a program has said them.</summary>
internal sealed class PublicKeys
{
    private readonly ConcurrentDictionary<(string Program, SigningIdentity? Identity), string> _known = new();

    /// <summary>What is known, or else the answer; an error is not kept.</summary>
    public async Task<string> OfAsync(string program, SigningIdentity? identity, Func<Task<string>> askAsync) =>
        _known.TryGetValue((program, identity), out var known) ? known : _known[(program, identity)] = await askAsync();

    // Two of cosign are the same, whatever they were told.
    public override bool Equals(object? obj) => obj is PublicKeys;

    public override int GetHashCode() => 0;
}
