using Acci.Delivery.Buildx;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>As the BuildKit of Docker Engine 28.5.2 left files out of a context on Linux. What that one refuses or reads as an expression is taken to leave nothing out.</summary>
public sealed class IgnoreFileTests
{
    [Theory]
    [InlineData("**/secrets", "secrets/KEY", true)]
    [InlineData("**", ".hidden", true)]
    [InlineData("**\n!src\nsrc/**/secrets", "src/app/secrets/prod/KEY", true)]
    [InlineData("**\n!src\nsrc/**/secrets", "src/app.cs", false)]
    [InlineData("*\n!**/*.cs", "src/app.cs", false)]
    [InlineData("tmp\n!tmp/keep\ntmp/keep/not", "tmp/keep/me", false)]
    [InlineData("tmp\n!tmp/keep\ntmp/keep/not", "tmp/keep/not/this", true)]
    [InlineData("./docs/deep", "docs/deep/er/README.md", true)]
    [InlineData("one/two/../two/five", "one/two/five", true)]
    [InlineData("up**", "upper/file", true)]
    [InlineData("**tmp", "x.tmp", true)]
    [InlineData("deep/a**/e.log", "deep/a/b/c/d/e.log", true)]
    [InlineData("d**p/e.log", "deep/e.log", false)]
    [InlineData("q?x", "q1x", true)]
    [InlineData("q?x", "q22x", false)]
    [InlineData("upper", "UPPER/File", false)]
    [InlineData("neg/[^a]", "neg/b", true)]
    [InlineData("neg/[^a]", "neg/a", false)]
    [InlineData("bra[!k]ket", "bracket", false)]
    [InlineData("! neg/a", "neg/a", false)]
    [InlineData(".\n/\n..\n../a.txt", "a.txt", false)]
    [InlineData("caret^x", "caret^x", true)]
    [InlineData("plus+sign", "plus+sign", true)]
    [InlineData("car*^x", "caret^x", false)]
    [InlineData("neg/[a-", "neg/a", false)]
    public void A_file_is_left_out_where_BuildKit_leaves_it_out(string ignored, string path, bool isLeftOut) => Assert.Equal(isLeftOut, new IgnoreFile(ignored).LeavesOut(path));

    [Theory]
    [InlineData(@"a-star\*name", "a-star*name", true)]
    [InlineData(@"a-star\*name", "aXstarXname", false)]
    [InlineData(@"\#hash", "#hash", true)]
    [InlineData(@"\!bang", "!bang", true)]
    [InlineData(@"back\\slash", @"back\slash", true)]
    // An escaped letter is none of a path.
    [InlineData(@"deploy\secrets", "deploy/secrets/KEY", false)]
    [InlineData("*\n!src\\secrets", "deploy/secrets/KEY", false)]
    public void A_backslash_escapes_where_it_is_no_separator(string ignored, string path, bool isLeftOut)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There it is a separator.");

        Assert.Equal(isLeftOut, new IgnoreFile(ignored).LeavesOut(path));
    }
}
