namespace Acci.Environments.Specification;

/// <summary>
/// How it is found out whether a service works; what is not said here is what the image says. Times are texts such as <c>500ms</c> or <c>1m30s</c>.
/// Source: Compose specification, <c>healthcheck</c>.
/// </summary>
public sealed record Healthcheck
{
    /// <summary>The command, after <c>CMD</c> or <c>CMD-SHELL</c>; the image's own when it is not given.</summary>
    public IReadOnlyList<Scalar>? Test { get; init; }

    /// <summary>Nothing is checked, whatever the image says.</summary>
    public bool? Disable { get; init; }

    /// <summary>Time between two checks.</summary>
    public string? Interval { get; init; }

    /// <summary>How long one check may take.</summary>
    public string? Timeout { get; init; }

    /// <summary>Failures in a row until it counts as unhealthy.</summary>
    public int? Retries { get; init; }

    /// <summary>Time after the start in which failures do not count.</summary>
    public string? StartPeriod { get; init; }

    /// <summary>Time between two checks in that time.</summary>
    public string? StartInterval { get; init; }
}
