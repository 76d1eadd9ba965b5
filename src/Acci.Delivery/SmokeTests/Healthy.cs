using System.Globalization;

namespace Acci.Delivery.SmokeTests;

/// <summary>How a smoke test ended well.</summary>
/// <param name="After">The time from <c>docker run</c> to the first healthy answer, to the end of a program that ends by itself, or for which one was looked at that is not asked anything.</param>
/// <param name="By">Who says so where the app was not asked from here: <c>the image's own check</c>.</param>
public sealed record Healthy(TimeSpan After, string? By = null)
{
    /// <summary>The exit code of a program that ends by itself.</summary>
    public int? ExitCode { get; init; }

    /// <summary>It has no endpoint that could be asked, and only stayed up.</summary>
    internal bool IsUnasked { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var how = ExitCode is { } code ? $"ended with {code} after" : IsUnasked ? "up for" : "healthy in";
        return string.Create(CultureInfo.InvariantCulture, $"{how} {After.TotalSeconds:0.0} s{(By is null ? "" : $", by {By}")}");
    }
}
