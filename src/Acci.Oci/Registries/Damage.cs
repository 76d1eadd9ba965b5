using Acci.Oci.Retries;

namespace Acci.Oci.Registries;

/// <summary>
/// What arrives damaged at one operation. The way damages it this time or that; what is wrong in the same way twice in a row, the registry has so.
/// </summary>
internal sealed class Damage
{
    private string? _last;

    /// <summary>The failure to throw.</summary>
    /// <param name="reason">What is wrong.</param>
    /// <param name="content">What arrived, or how much.</param>
    public Exception Of(string reason, string content)
    {
        if (_last == content) return new ContentException($"{reason}, twice in the same way. The registry has it so: push it again.");
        _last = content;
        return new TransientException(reason);
    }
}
