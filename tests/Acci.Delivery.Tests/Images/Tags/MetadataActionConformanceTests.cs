using System.Globalization;
using System.Text.Json;
using Acci.Delivery.Images.Tags;
using Acci.Testing;

namespace Acci.Delivery.Tests.Images.Tags;

/// <summary>docker/metadata-action's own cases.</summary>
public sealed class MetadataActionConformanceTests
{
    public static IEnumerable<TheoryDataRow<string, int>> Cases => Conformance.Cases("metadata-action", testCase => testCase.GetProperty("name").GetString()!);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Version_tags_labels_and_annotations_are_those_of_the_action(string file, int index)
    {
        var testCase = Conformance.Case(file, index);
        if (Inputs("tags").Any(rule => rule.Contains("type=pep440", StringComparison.Ordinal)))
        {
            var error = Assert.Throws<DeliveryException>(() => TagRules.Parse(Inputs("tags")));
            Assert.Contains("pep440", error.Message, StringComparison.Ordinal);
            return;
        }

        var metadata = Metadata();

        var expected = testCase.GetProperty("expected");
        var version = expected.GetProperty("version");
        Assert.Equal(version.GetProperty("main").GetString(), metadata.TagSet.Version);
        Assert.Equal(Texts(version.GetProperty("partial")), metadata.TagSet.Others);
        Assert.Equal(version.GetProperty("latest").GetBoolean(), metadata.TagSet.Latest is not null);
        Assert.Equal(Texts(expected.GetProperty("tags")), metadata.Tags);
        Assert.Equal(Texts(expected.GetProperty("labels")), Lines(metadata.Labels));
        Assert.Equal(Texts(expected.GetProperty("annotations")), Lines(metadata.Annotations));

        ImageMetadata Metadata()
        {
            var now = DateTimeOffset.Parse(testCase.GetProperty("now").GetString()!, CultureInfo.InvariantCulture);
            var environment = testCase.GetProperty("env").EnumerateObject().ToDictionary(x => x.Name, x => x.Value.GetString()!);
            var facts = GitHubFacts.Read(environment, testCase.GetProperty("event"), now) with
            {
                // The action's tests stop the clock for the commit as well, and ask GitHub for the repository.
                CommitDate = now,
                Repository = RepositoryFacts.FromGitHub(testCase.GetProperty("repository")),
            };
            var rules = TagRules.Parse(Inputs("tags")) with { Flavor = Flavor.Parse(Inputs("flavor")) };
            return ImageMetadata.Create(facts, rules, ImageNames.Parse(Inputs("images")), Inputs("labels"), Inputs("annotations"));
        }

        IReadOnlyList<string> Inputs(string name) => testCase.GetProperty("inputs").TryGetProperty(name, out var input) ? Texts(input) : [];
    }

    private static IReadOnlyList<string> Texts(JsonElement array) => [.. array.EnumerateArray().Select(x => x.GetString()!)];

    private static IEnumerable<string> Lines(IReadOnlyDictionary<string, string> labels) => labels.Select(x => $"{x.Key}={x.Value}");
}
