using Acci.Delivery.Images.Tags;
using Acci.Delivery.Publishing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>Which of two images is newer: their versions tell, or git, or nobody.</summary>
public sealed class SuccessionTests
{
    private const string Old = "0123456789012345678901234567890123456789";
    private const string New = "abcdefabcdefabcdefabcdefabcdefabcdefabcd";

    [Theory]
    // Versions decide, whatever git says.
    [InlineData("2.0.0", "1.9.9", false, true)]
    [InlineData("1.2.9", "2.0.0", true, false)]
    [InlineData("2.0.0", "2.0.0-rc.1", null, true)]
    [InlineData("2.0.1-alpha.0.3", "2.0.0", null, true)]
    [InlineData("2.0.1-alpha.0.3", "2.0.1", true, false)]
    [InlineData("2.0.1-alpha.0.3", "1.9.1-alpha.0.7", null, true)]
    [InlineData("1.0.20240101123456", "1.0.20240101123455", null, true)]
    // Equal ones, none, and those that were counted from the same release leave it to git.
    [InlineData("1.2.3", "1.2.3", true, true)]
    [InlineData("1.2.3", "1.2.3", false, false)]
    [InlineData("1.2.3", "1.2.3", null, false)]
    [InlineData("0.0.0-alpha.0", "0.0.0-alpha.0", null, false)]
    [InlineData("0.0.0-alpha.0.7", "0.0.0-alpha.0.5", false, false)]
    [InlineData("0.0.0-alpha.0.7", "0.0.0-alpha.0.5", true, true)]
    [InlineData("2.0.1-alpha.0.9", "2.0.1-alpha.0.3", null, false)]
    [InlineData("2.1.0-beta.1.5", "2.1.0-beta.1.3", false, false)]
    [InlineData("2.1.0-beta.1.3", "2.1.0-beta.1.5", true, true)]
    [InlineData(null, "2.0.0", true, true)]
    [InlineData(null, "2.0.0", false, false)]
    [InlineData("2.0.0", null, true, true)]
    [InlineData("2.0.0", null, null, false)]
    [InlineData(null, null, true, true)]
    [InlineData(null, null, null, false)]
    public async Task An_image_is_newer_where_that_is_known(string? own, string? there, bool? isAncestor, bool isNewer)
    {
        var succession = new Succession(Origin(own, New), (ancestor, commit) =>
        {
            Assert.Equal((Old, New), (ancestor, commit));
            return Task.FromResult(isAncestor);
        });

        Assert.Equal(isNewer, (await succession.AfterAsync(Origin(there, Old))).IsNewer);
    }

    [Theory]
    [InlineData(Old, Old, true, "it points at 1.2.3, of the same commit")]
    [InlineData(Old, New, false, "it points at 1.2.3, and whether its commit 0123456789012345678901234567890123456789 comes before abcdefabcdefabcdefabcdefabcdefabcdefabcd is not known in this clone")]
    [InlineData(null, New, false, "it points at 1.2.3, which names no commit")]
    [InlineData(Old, null, false, "it points at 1.2.3, and this image names no commit to compare with")]
    public async Task Without_git_only_the_same_commit_is_known(string? there, string? own, bool isNewer, string reason) =>
        Assert.Equal((isNewer, reason), await new Succession(Origin("1.2.3", own), (_, _) => Task.FromResult<bool?>(null)).AfterAsync(Origin("1.2.3", there)));

    private static ImageOrigin Origin(string? version, string? revision) => new(ImageVersion.TryParse(version), revision);
}
