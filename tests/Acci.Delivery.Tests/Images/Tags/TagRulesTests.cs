using Acci.Delivery.Images.Tags;

namespace Acci.Delivery.Tests.Images.Tags;

public sealed class TagRulesTests
{
    private static readonly BuildFacts Release = new()
    {
        EventName = "push",
        Ref = "refs/tags/v1.2.3",
        Sha = "860c1904a1ce19322e91ac35af1ab07466440c37",
        Now = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero),
        CommitDate = new DateTimeOffset(2026, 10, 31, 12, 0, 0, TimeSpan.Zero),
        Repository = new RepositoryFacts { Name = "acci", DefaultBranch = "main" },
    };

    private static readonly BuildFacts Trunk = Release with { Ref = "refs/heads/main" };

    [Fact]
    public void Rules_written_as_types_are_those_that_are_read() => Assert.Equal(
        [
            TagRule.SemVer("{{major}}.{{minor}}"),
            TagRule.SemVer("{{version}}", "p1/v1.0.0", @"v(\d.\d.\d)$"),
            TagRule.Branch(),
            TagRule.Tag(),
            TagRule.PullRequest(),
            TagRule.Sha(),
            TagRule.Sha(isLong: true) with { Prefix = "" },
            TagRule.Schedule("{{date 'YYYYMMDD'}}"),
            TagRule.Edge(),
            TagRule.Edge("dev"),
            TagRule.Raw("latest") with { Enable = "{{is_default_branch}}", Priority = 1000 },
            TagRule.Raw("canary"),
            TagRule.Match("v(.*)", group: 1) with { Suffix = "-x" },
        ],
        TagRules.Parse(
            """
            # bring your own configuration
            type=semver,pattern={{major}}.{{minor}}
            type=semver,pattern={{version}},value=p1/v1.0.0,match=v(\d.\d.\d)$
            type=ref,event=branch
            type=ref,event=tag
            type=ref,event=pr

            type=sha
            type=sha,format=long,prefix=
            type=schedule,pattern={{date 'YYYYMMDD'}}
            type=edge
              type=edge,branch=dev
            type=raw,value=latest,enable={{is_default_branch}},priority=1000
            canary
            type=match,pattern=v(.*),group=1,suffix=-x
            """).Rules);

    [Fact]
    public void A_release_gets_its_version_its_series_and_latest()
    {
        var rules = new TagRules { Rules = [TagRule.SemVer("{{version}}"), TagRule.SemVer("{{major}}.{{minor}}"), TagRule.SemVer("{{major}}"), TagRule.Sha()] };
        Assert.Equal(["1.2.3", "1.2", "1", "sha-860c190", "latest"], rules.Apply(Release).All);
    }

    [Fact]
    public void Without_rules_the_default_ones_are_meant()
    {
        Assert.Equal(new TagRules().Rules, TagRules.Parse("", "# none").Rules);
        Assert.Equal(["v1.2.3", "latest"], new TagRules().Apply(Release).All);
        Assert.Equal(["main"], new TagRules().Apply(Trunk).All);
        Assert.Equal(["nightly", "main"], new TagRules().Apply(Trunk with { EventName = "schedule" }).All);
        Assert.Equal(["pr-7"], new TagRules().Apply(Trunk with { Ref = "refs/pull/7/merge" }).All);
    }

    [Fact]
    public void A_tag_is_named_once_however_many_rules_give_it() =>
        Assert.Equal(["1.2.3", "latest"], TagRules.Parse("type=semver,pattern={{version}}", "type=raw,value=1.2.3", "type=raw,value=latest").Apply(Release).All);

    [Fact]
    public void A_comma_within_an_attribute_needs_quotes_around_the_whole_of_it() =>
        Assert.Equal(["1.2", "latest"], TagRules.Parse("""type=match,"pattern=\d{1,2}\.\d{1,2}" """).Apply(Release).All);

    [Fact]
    public void A_whole_rule_may_stand_in_quotes() => Assert.Equal(TagRules.Parse("type=raw,value=x").Rules, TagRules.Parse("\"type=raw,value=x\"").Rules);

    [Fact]
    public void Every_match_is_a_group_with_the_flag_g() =>
        Assert.Equal(["2", "latest"], TagRules.Parse(@"type=match,pattern=/\d/g,group=1").Apply(Release).All);

    [Fact]
    public void Groups_are_numbered_in_their_order_named_or_not() =>
        Assert.Equal(["1", "latest"], TagRules.Parse(@"type=match,pattern=v(?<major>\d)\.(\d),group=1").Apply(Release).All);

    [Theory]
    [InlineData(@"(?<=v)\d+", "1")]
    [InlineData(@"/V(\D*)1/i", "v1")]
    [InlineData(@"[^\s]+$", "v1.2.3")]
    [InlineData(@"/\p{L}/u", "v")]
    public void A_regular_expression_has_the_syntax_of_javascript(string pattern, string tag) =>
        Assert.Equal(tag, new TagRules { Rules = [TagRule.Match(pattern)] }.Apply(Release).Version);

    [Theory]
    [InlineData("{{branch}}-{{sha}}", "main-860c190")]
    [InlineData("{{tag}}x", "x")]
    [InlineData("{{date 'YYYYMMDD'}}", "20261101")]
    [InlineData("{{ commit_date \"YYYYMMDD-HHmm\" tz=\"Asia/Tokyo\" }}", "20261031-2100")]
    [InlineData("{{is_default_branch}}-{{is_not_default_branch}}", "true-false")]
    [InlineData("a{{! a remark }}b{{!-- {{another}} --}}c", "abc")]
    [InlineData(@"\{{branch}}", "-branch-")]
    public void Expressions_are_replaced_by_their_values(string value, string tag) =>
        Assert.Equal(tag, new TagRules { Rules = [TagRule.Raw(value)] }.Apply(Trunk).Version);

    [Fact]
    public void Two_braces_escape_as_handlebars_does_and_three_do_not()
    {
        var facts = Trunk with { Ref = "refs/heads/a&b" };
        Assert.Equal("a-amp-b", new TagRules { Rules = [TagRule.Raw("{{branch}}")] }.Apply(facts).Version);
        Assert.Equal("a-b", new TagRules { Rules = [TagRule.Raw("{{{branch}}}")] }.Apply(facts).Version);
        Assert.Equal("a-b", new TagRules { Rules = [TagRule.Raw("{{&branch}}")] }.Apply(facts).Version);
    }

    [Theory]
    [InlineData("type=pep440,pattern={{version}}", "The rule 'type=pep440,pattern={{version}}' is of type pep440, for versions of Python packages, which is not supported. Use type=semver, or type=match for versions of another form.")]
    [InlineData("type=semver", "The rule 'type=semver' lacks the attribute pattern, as in pattern={{version}}.")]
    [InlineData("type=match", @"The rule 'type=match' lacks the attribute pattern, as in pattern=\d+\.\d+.")]
    [InlineData("type=ref", "The rule 'type=ref' lacks the attribute event, as in event=branch.")]
    [InlineData("type=ref,event=push", "In the rule 'type=ref,event=push', event is 'push' and must be branch, tag or pr.")]
    [InlineData("type=raw", "The rule 'type=raw' lacks the attribute value, as in value=latest.")]
    [InlineData("type=sha,format=full", "In the rule 'type=sha,format=full', format is 'full' and must be short or long.")]
    [InlineData("type=calver", "The rule 'type=calver' is of type 'calver', which does not exist; there are schedule, semver, match, edge, ref, raw, sha.")]
    [InlineData("type=sha,priority=high", "In the rule 'type=sha,priority=high', priority is 'high' and must be a whole number.")]
    [InlineData("type=match,pattern=.,group=first", "In the rule 'type=match,pattern=.,group=first', group is 'first' and must be a whole number.")]
    [InlineData("type=raw,value={{branch", "'{{branch' in '{{branch' is not an expression: write {{name}}, or {{date 'YYYYMMDD' tz='Europe/Berlin'}}. Blocks and partials are not supported.")]
    [InlineData("type=raw,value={{#if branch}}", "'{{#if branch}}' in '{{#if branch}}' is not an expression: write {{name}}, or {{date 'YYYYMMDD' tz='Europe/Berlin'}}. Blocks and partials are not supported.")]
    [InlineData("type=raw,va\"lue=x", "A quote in 'type=raw,va\"lue=x' stands within an attribute; put the whole of it in quotes: \"value=x\".")]
    [InlineData("type=raw,\"value=x", "A quote in 'type=raw,\"value=x' is not closed.")]
    [InlineData("type=raw,\"value=x\"y", "After the quote that closes 'value=x' in 'type=raw,\"value=x\"y' there must be a comma.")]
    [InlineData("type=match,pattern=/a/z", "'z' after '/a/z' is not a flag that is supported; there are g, i, m, s and u.")]
    public void A_rule_that_breaks_the_syntax_is_an_error_that_says_how(string rule, string message) =>
        Assert.Equal(message, Assert.Throws<DeliveryException>(() => TagRules.Parse(rule)).Message);

    [Theory]
    [InlineData("type=raw,value=x,enable=maybe", "enable=maybe of a tag rule is 'maybe' and must be true or false.")]
    [InlineData("type=raw,value={{date}}", "'{{date}}' in '{{date}}' has no format; write {{date 'YYYYMMDD'}}.")]
    [InlineData("type=raw,value={{date 'YYYY' zone='UTC'}}", "'zone' in '{{date 'YYYY' zone='UTC'}}' is not an option of date; there is tz, as in tz='Europe/Berlin'.")]
    [InlineData("type=raw,value={{date 'YYYY' tz='Mars/Olympus'}}", "'Mars/Olympus' in '{{date 'YYYY' tz='Mars/Olympus'}}' is not a time zone; write its name in the IANA database, as in 'Asia/Tokyo'.")]
    [InlineData("type=raw,value={{upper 'x'}}", "'upper' in '{{upper 'x'}}' is not a function; there are date and commit_date.")]
    [InlineData("type=semver,pattern={{version}},match=v.*", "The expression 'v.*' of a rule of type semver needs a group around the version, as in v(.*).")]
    public void An_expression_without_a_usable_value_is_an_error_that_names_it(string rule, string message) =>
        Assert.Equal(message, Assert.Throws<DeliveryException>(() => TagRules.Parse(rule).Apply(Release)).Message);

    [Theory]
    [InlineData("type=match,pattern=x.*", "'x.*' does not match 'v1.2.3'.")]
    [InlineData("type=match,pattern=v.*,group=2", "'v.*' has found no group 2 in 'v1.2.3'.")]
    [InlineData("type=semver,pattern={{version}},value=1.2", "'1.2' is not a semantic version (https://semver.org), so '{{version}}' gives no tag.")]
    public void A_rule_that_finds_nothing_gives_no_tag_and_says_so(string rule, string warning)
    {
        var tags = TagRules.Parse(rule).Apply(Release);
        Assert.Empty(tags.All);
        Assert.Equal([warning], tags.Warnings);
    }

    [Theory]
    [InlineData("type=sha,prefx=x", "The rule 'type=sha,prefx=x' is of type sha, which has no attribute 'prefx'.")]
    [InlineData("type=raw,value=x{{brunch}}", "'{{brunch}}' in 'x{{brunch}}' is empty: there is no such expression, there are branch, tag, sha, base_ref, is_default_branch, is_not_default_branch, date and commit_date.")]
    [InlineData("type=raw,value={{date YYYY}}", "The format in '{{date YYYY}}' has no quotes and is not taken for one; write {{date 'YYYY'}}.")]
    [InlineData("type=raw,value={{base_ref}}-x", "A rule has given a tag that no registry takes: the tag '-x' starts with '-', and must start with a letter, a digit or '_'.")]
    public void What_the_action_passes_over_in_silence_is_warned_about(string rule, string warning)
    {
        var tags = TagRules.Parse(rule).Apply(Release);
        Assert.Single(tags.All);
        Assert.Equal([warning], tags.Warnings);
    }

    [Fact]
    public void A_regular_expression_that_runs_wild_is_stopped()
    {
        var rules = TagRules.Parse($"type=match,pattern=(a+)+$,value={new string('a', 40)}b");
        Assert.Contains("took longer than 1 s", Assert.Throws<DeliveryException>(() => rules.Apply(Release)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("type=sha;type=raw,value=canary")]
    [InlineData("type=sha;\n type=raw,value=canary ;")]
    [InlineData("type=sha\n# it's \"not closed\ntype=raw,value=canary")]
    public void Rules_in_a_single_parameter_are_separated_by_semicolons_or_lines(string list) =>
        Assert.Equal([TagRule.Sha(), TagRule.Raw("canary")], TagRules.ParseList(list).Rules);

    [Fact]
    public void A_semicolon_within_quotes_belongs_to_the_rule() =>
        Assert.Equal([TagRule.Match("a;\"b"), TagRule.Sha()], TagRules.ParseList("type=match,\"pattern=a;\"\"b\";type=sha").Rules);
}
