using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

public class CommandLineTests
{
    [Fact]
    public void A_step_s_command_is_what_a_person_types() => Assert.Equal(
        "./build.sh Publish --image-mirror \"$MIRROR\" --no-cache",
        BuildCommandLine.Of("./build.sh", "Publish", ("ImageMirror", "\"$MIRROR\""), ("NoCache", "")));

    [Theory]
    [InlineData("Publish --registry ghcr.io/o --keyless true --republish", "./build.sh Publish --registry ghcr.io/o --republish")]
    [InlineData("Publish --keyless", "./build.sh Publish")]
    [InlineData("--keyless false Test", "./build.sh Test")]
    [InlineData("PruneImages --registry r/o --prune-delete true", "./build.sh PruneImages --registry r/o")]
    [InlineData("PruneImages --Prune-Delete --prune-keep-days 3", "./build.sh PruneImages --prune-keep-days 3")]
    [InlineData("Test --test-filter A|B", "./build.sh Test --test-filter 'A|B'")]
    public void A_failure_is_repeated_with_the_same_arguments_but_no_identity_of_a_workflow_and_deletes_nothing(string arguments, string command) =>
        Assert.Equal(command, RepeatCommand.Of("./build.sh", arguments.Split(' ')));
}
