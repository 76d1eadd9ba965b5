namespace Acci.Components.Tests;

public class WorkflowCommandTests
{
    [Fact]
    public void Properties_are_joined_as_the_runner_reads_them_and_escaped() => Assert.Equal(
        "::warning file=a%2Cb/Dockerfile,line=3,title=50%25%3A::one%0Atwo, three: 50%25",
        WorkflowCommand.Of("warning", "one\ntwo, three: 50%", ("file", "a,b/Dockerfile"), ("line", 3), ("title", "50%:")));

    [Fact]
    public void A_mask_is_escaped_so_that_the_runner_masks_the_secret_itself() =>
        Assert.Equal("::add-mask::ab%2525cd%250AEF%0Dgh", WorkflowCommand.MaskOf("ab%25cd%0AEF\rgh"));
}
