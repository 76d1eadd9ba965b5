using Acci.Delivery.Images.Tags;
using Acci.Delivery.Packing;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Scanning;
using Acci.Testing;

namespace Acci.Delivery.Tests.Versioning;

/// <summary>Repositories whose version tags do not begin with <c>v</c>: version, image tags, packages and what is said follow.</summary>
public sealed class VersionTagPrefixTests : IDisposable
{
    private const string Versions = "type=semver,pattern={{version}};type=semver,pattern={{major}}.{{minor}}";

    private readonly TemporaryRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("", "1.2.3")]
    [InlineData("", "1.2.3", "v9.0.0")]
    [InlineData("shop/v", "shop/v1.2.3")]
    [InlineData("shop/v", "shop/v1.2.3", "v9.0.0", "other/v8.0.0", "7.0.0")]
    [InlineData("release-", "release-1.2.3", "v9.0.0")]
    public async Task A_version_tag_gives_version_and_tags_and_one_with_another_prefix_nothing(string prefix, string tag, params string[] others)
    {
        await _repository.Run(["git init --quiet --initial-branch main", "git commit --quiet --allow-empty -m work", .. others.Append(tag).Select(x => $"git tag {x}")]);

        foreach (var isWorkflow in (bool[])[false, true])
        {
            using var context = await ContextAsync(prefix, isWorkflow ? $"refs/tags/{tag}" : null);

            Assert.Equal("1.2.3", (await context.VersionAsync()).ToString());
            Assert.Equal(tag, (await context.VersionAsync()).Tag);
            Assert.Equal($"refs/tags/{tag}", (await context.FactsAsync()).Ref);
            Assert.Equal(["1.2.3", "1.2", "latest"], (await context.TagsAsync()).All);
            Assert.Equal(tag, DeparturePolicy.NamingTag(await context.VersionAsync()));
        }

        var packing = new PackageBuild(_repository.Directory, "packages") { Projects = [], VersionTagPrefix = prefix };
        Assert.Equal("1.2.3", (await packing.VersionAsync(Cancellation)).ToString());
        Assert.Equal(tag, RescanImages.TagOf([.. others, "1.2.3", tag], "1.2.3", prefix));
    }

    [Fact]
    public async Task Commits_after_such_a_tag_count_from_it()
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m one", "git tag shop/v1.2.3", "git commit --quiet --allow-empty -m two", "git tag v9.0.0");
        using var context = await ContextAsync("shop/v", null);

        Assert.Equal("1.2.4-alpha.0.1", (await context.VersionAsync()).ToString());
        Assert.Empty((await context.VersionAsync()).Warnings);
        Assert.StartsWith("refs/heads/", (await context.FactsAsync()).Ref, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other-v9.0.0", false)]
    [InlineData("shop-1.2.3", true)]
    public async Task Only_a_tag_of_this_program_is_named_as_one_that_is_written_wrong(string tag, bool isNamed)
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m one", $"git tag {tag}");
        using var context = await ContextAsync("shop-v", null);

        Assert.Equal(isNamed, (await context.VersionAsync()).Warnings.Any(x => x.Contains(tag, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("v9.0.0")]
    [InlineData("other/v9.0.0")]
    public async Task What_is_built_for_another_program_s_tag_gets_no_version_of_it(string tag)
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m one", "git tag shop/v1.2.3", $"git tag {tag}");
        using var context = await ContextAsync("shop/v", $"refs/tags/{tag}", Versions + ";type=sha");

        var tags = await context.TagsAsync();

        Assert.DoesNotContain(tags.All, x => x.Contains("9.0", StringComparison.Ordinal));
        Assert.Contains($"'{tag}' is not a version with 'shop/v' before it, so '{{{{version}}}}' gives no tag.", tags.Warnings);
    }

    [Fact]
    public async Task A_rule_that_looks_into_the_tag_itself_sees_all_of_it()
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m one", "git tag shop/v1.2.3");
        using var context = await ContextAsync("shop/v", null, "type=match,pattern=shop/v(.*),group=1;type=ref,event=tag");

        var tags = await context.TagsAsync();

        Assert.Equal(["1.2.3", "shop-v1.2.3", "latest"], tags.All);
        Assert.Equal("1.2.3", tags.Floating.Version?.ToString());
    }

    private async Task<DeliveryContext> ContextAsync(string prefix, string? reference, string rules = Versions)
    {
        var head = (await CommandRunner.RunAsync(new Command("git", "rev-parse", "HEAD") { WorkingDirectory = _repository.Directory }, cancellationToken: Cancellation)).StandardOutput.Trim();
        var options = new DeliveryOptions
        {
            Root = _repository.Directory,
            Artifacts = Path.Combine(_repository.Directory, "artifacts"),
            Images = [],
            Layout = new() { VersionTagPrefix = prefix },
            TagRules = TagRules.ParseList(rules),
        };
        return new DeliveryContext(options, Cancellation)
        {
            Environment = reference is null ? ProcessEnvironment.Empty : ProcessEnvironment.Empty.With(
                ("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF", reference), ("GITHUB_SHA", head), ("GITHUB_REPOSITORY", "octo/app")),
        };
    }
}
