using Acci.Delivery.Buildx;
using Acci.Testing;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>What BuildKit makes of the lines of a <c>.dockerignore</c>, where that is not what one would guess. Each was built with BuildKit (IgnoredByBuildKitTests).</summary>
public sealed class IgnorePatternTests
{
    public static TheoryData<string, string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, bool>();
            foreach (var (lines, path, isLeftOut) in IgnoreCases.All) cases.Add(lines, path, isLeftOut);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_file_is_left_out_where_BuildKit_leaves_it_out(string lines, string path, bool isLeftOut) => Assert.Equal(isLeftOut, new IgnoreFile(lines).LeavesOut(path));

    [Theory]
    [InlineData("bin/*.{dll,pdb}\ndeploy", "bin/*.{dll,pdb}", true)]
    // With an exception, any order may count.
    [InlineData("bin/*.{dll,pdb}\ndeploy\n!deploy/app", "bin/*.{dll,pdb}", false)]
    [InlineData("deploy|x*", "deploy|x*", false)]
    [InlineData("deploy/[[:lower:]]*", "deploy/[[:lower:]]*", false)]
    [InlineData("\uFFFDdeploy", "\uFFFDdeploy", false)]
    [InlineData("bin\\debug\ndeploy", "bin\\debug", true)]
    [InlineData("deploy\\w*", "deploy\\w*", false)]
    [InlineData("\uFEFF\uFEFFdeploy", "\uFEFFdeploy", false)]
    public void What_is_not_certain_leaves_nothing_out(string lines, string doubt, bool isLeftOut)
    {
        var file = new IgnoreFile(lines);

        Assert.Equal((doubt, isLeftOut, null), (file.Doubt, file.LeavesOut("deploy/compose/.env.prod"), file.Problem));
    }

    [Theory]
    [InlineData("bin\ndeploy\\compose\\secrets", "line 2 ('deploy\\compose\\secrets') cannot be read by BuildKit: it has a backslash; write / between folders")]
    [InlineData("deploy\\", "line 1 ('deploy\\') cannot be read by BuildKit: it has a backslash; write / between folders")]
    [InlineData("# c\n!", "line 2 ('!') cannot be read by BuildKit: '!' needs a path")]
    [InlineData("!/", "line 1 ('!/') cannot be read by BuildKit: '!' needs a path")]
    [InlineData("bin/[z-a]", "line 1 ('bin/[z-a]') cannot be read by BuildKit: a range in it ends before it begins")]
    [InlineData("bin/\\[id\\]*", null)]
    // Go's expressions read it as a digit.
    [InlineData("bin\\debug", null)]
    [InlineData("bin/\\\\debug", null)]
    [InlineData("# deploy\\compose", null)]
    public void A_line_that_ends_the_build_or_the_engine_is_named(string lines, string? problem)
    {
        if (OperatingSystem.IsWindows() && problem is null) return;
        Assert.Equal(problem, new IgnoreFile(lines).Problem);
    }
}
