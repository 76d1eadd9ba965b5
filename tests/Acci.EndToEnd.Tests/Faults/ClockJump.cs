namespace Acci.EndToEnd.Tests.Faults;

/// <summary>The clock jumps, for the build and what it starts.</summary>
/// <param name="Name">As the table calls it.</param>
/// <param name="By">As faketime takes it: <c>+2d</c>.</param>
public sealed record ClockJump(string Name, string By) : Fault(Name)
{
    // Links are not followed: some lead back to where they stand.
    private static readonly string? Library = Directory.Exists("/usr/lib")
        ? Directory.EnumerateFiles("/usr/lib", "libfaketime.so.1", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint }).FirstOrDefault()
        : null;

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"acci-clock-{Guid.NewGuid():n}");

    public override string? Obstacle => Library is null ? "libfaketime is not installed." : null;

    public override string Wrap(Bench bench, string line) =>
        $"export LD_PRELOAD={Library} FAKETIME_TIMESTAMP_FILE={_file} FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_FORCE_MONOTONIC_FIX=0; {line}";

    public override Task BeginAsync(Bench bench, Step step) => File.WriteAllTextAsync(_file, "+0\n");

    public override async Task StrikeAsync(Bench bench, Step step, Running build, Moment moment)
    {
        await build.MomentAsync();
        await File.WriteAllTextAsync(_file, $"{By}\n");
    }

    public override Task LeaveAsync(Bench bench)
    {
        File.Delete(_file);
        return Task.CompletedTask;
    }
}
