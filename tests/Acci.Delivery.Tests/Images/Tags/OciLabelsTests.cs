using Acci.Delivery.Images.Tags;
using Acci.Oci;

namespace Acci.Delivery.Tests.Images.Tags;

public sealed class OciLabelsTests
{
    [Fact]
    public void The_usual_labels_are_there_even_when_nothing_is_known() => Assert.Equal(
        [
            "org.opencontainers.image.created=0001-01-01T00:00:00.000Z",
            "org.opencontainers.image.description=",
            "org.opencontainers.image.licenses=",
            "org.opencontainers.image.revision=",
            "org.opencontainers.image.source=",
            "org.opencontainers.image.title=",
            "org.opencontainers.image.url=",
            "org.opencontainers.image.version=",
        ],
        Lines(new OciLabels()));

    [Fact]
    public void The_base_image_is_named_in_full_and_by_its_digest()
    {
        var digest = Digest.Of("base"u8);
        var labels = new OciLabels { BaseName = ImageReference.Parse("debian:13"), BaseDigest = digest }.ToDictionary();
        Assert.Equal("docker.io/library/debian:13", labels["org.opencontainers.image.base.name"]);
        Assert.Equal(digest.ToString(), labels["org.opencontainers.image.base.digest"]);
    }

    [Fact]
    public void The_time_is_written_in_utc() => Assert.Equal(
        "2026-11-01T11:30:00.250Z",
        new OciLabels { Created = new DateTimeOffset(2026, 11, 1, 12, 30, 0, 250, TimeSpan.FromHours(1)) }.ToDictionary()["org.opencontainers.image.created"]);

    [Fact]
    public void Labels_are_ordered_as_people_read_them() => Assert.Equal(
        ["_a", "-a", ".a", "1", "10", "2", "a", "A", "a-b", "ab", "aB", "Ab", "AB", "ab.c", "ab1", "aBc", "Abd"],
        new SortedSet<string>(["Abd", "aBc", "ab1", "ab.c", "AB", "Ab", "aB", "ab", "a-b", "A", "a", "2", "10", "1", ".a", "-a", "_a"], LabelOrder.Instance));

    private static IEnumerable<string> Lines(OciLabels labels) => labels.ToDictionary().Select(x => $"{x.Key}={x.Value}");
}
