using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>What is wrong with the machine is said in one line, with what to do.</summary>
public class MachineFaultTests
{
    [Fact]
    public void A_full_disk_is_told_with_its_file()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");

        Assert.Equal(
            "No space left on device : '/dev/full'. Free space on that disk, or name a folder on another one (TMPDIR, ACCI_CACHE), and run the same command again.",
            MachineFault.Reason(new AggregateException(Thrown(() => File.WriteAllText("/dev/full", "x")))));
    }

    [Fact]
    public void So_is_a_file_that_may_not_be_written() => Assert.Equal(
        "Access to the path '/etc/x' is denied. Check that this user can read and write there.", MachineFault.Reason(new UnauthorizedAccessException("Access to the path '/etc/x' is denied.")));

    [Fact]
    public void A_fault_of_the_build_s_own_is_not_taken_for_one()
    {
        Assert.Null(MachineFault.Reason(new InvalidOperationException()));
        Assert.Null(MachineFault.Reason(new AggregateException(new ArgumentException("x"))));
    }

    private static Exception Thrown(Action action) => Assert.ThrowsAny<Exception>(action);
}
