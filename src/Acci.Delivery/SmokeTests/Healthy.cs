using System.Globalization;

namespace Acci.Delivery.SmokeTests;

/// <summary>How a smoke test ended well.</summary>
/// <param name="After">The time from <c>docker run</c> to the first healthy answer.</param>
/// <param name="By">Who says so where the app was not asked from here: <c>the image's own check</c>.</param>
public sealed record Healthy(TimeSpan After, string? By = null)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"healthy in {After.TotalSeconds:0.0} s{(By is null ? "" : $", by {By}")}");
}
