using System.Globalization;

namespace Acci.Tests;

/// <summary>How long something took. It is reported and not judged: a busy machine is no fault of the app's.</summary>
internal static class Duration
{
    /// <summary>Writes to the test's output how long it is since a time.</summary>
    public static void Report(string what, DateTime started) => TestContext.Current.TestOutputHelper?.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{what} took {(DateTime.UtcNow - started).TotalSeconds:0.0} s"));
}
