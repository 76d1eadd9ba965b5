namespace Acci.Delivery.Testing;

/// <summary>What the tests of one project gave.</summary>
/// <param name="Name">The project.</param>
/// <param name="Passed">How many passed.</param>
/// <param name="Skipped">How many were skipped.</param>
/// <param name="Failures">Those that failed.</param>
/// <param name="Duration">How long they took.</param>
public sealed record TestedProject(string Name, int Passed, int Skipped, IReadOnlyList<FailedTest> Failures, TimeSpan Duration);

/// <summary>A test that failed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Message">What it says.</param>
public sealed record FailedTest(string Name, string Message);
