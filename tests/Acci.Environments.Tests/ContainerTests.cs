using Acci.Environments.Running;

namespace Acci.Environments.Tests;

public class ContainerTests
{
    private static readonly Container Container = new() { Id = "1", Name = "bakery-1", Service = "bakery", Image = "bakery", Status = "running" };

    [Fact]
    public void One_that_works_has_no_problem()
    {
        Assert.True(Container.IsUp);
        Assert.True((Container with { Health = "healthy" }).IsUp);
        Assert.False((Container with { Health = "starting" }).IsUp);
        Assert.Null((Container with { Health = "starting" }).Problem);
    }

    [Fact]
    public void Only_a_job_is_completed_when_it_has_ended_with_0()
    {
        var ended = Container with { Status = "exited" };

        Assert.Equal(("exited", false), (ended.State, ended.IsUp));
        Assert.Equal(("completed", true), (ended.AsJob().State, ended.AsJob().IsUp));
        Assert.Equal("running", (Container with { Health = "unhealthy" }).AsJob().State);
    }

    [Theory]
    [InlineData("exited", 3, false, "exit code 3")]
    [InlineData("exited", 139, false, "segmentation fault")]
    [InlineData("restarting", 1, false, "exit code 1")]
    [InlineData("exited", 137, true, "more memory than its limit")]
    public void One_that_ended_says_how(string status, int code, bool isOutOfMemory, string problem) =>
        Assert.Contains(problem, (Container with { Status = status, ExitCode = code, IsOutOfMemory = isOutOfMemory }).Problem, StringComparison.Ordinal);

    [Fact]
    public void One_that_is_unhealthy_says_what_its_check_says() =>
        Assert.Contains("no answer", (Container with { Health = "unhealthy", HealthOutput = "no answer\n" }).Problem, StringComparison.Ordinal);
}
