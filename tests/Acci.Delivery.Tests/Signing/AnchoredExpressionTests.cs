using Acci.Delivery.Signing;
using CsCheck;

namespace Acci.Delivery.Tests.Signing;

/// <summary>What cosign could find in the midst of another identity is no expression for one.</summary>
public sealed class AnchoredExpressionTests
{
    private static readonly Gen<string> Part = Gen.OneOf(
        "a", "-", ":", "{", "}", ",", "1", "=", "?", "*", "+", "{2}", "{2,}", ".", "^", "$", "|", "(", ")", "[", "]", "[^", "[]", "[^]", "[:", ":]",
        "[:alpha:]", "[[:digit:]]", "[:x:]",
        @"\", @"\\", @"\Q", @"\E", @"\.", @"\]", @"\[", @"\|", @"\$", @"\z", @"\A", @"\b", @"\d", @"\pL", @"\p{Greek}", @"\x7c", @"\x{7c}", @"\n",
        "(?:", "(?i)", "(?i:", "(?P<n>", "(?-s)", "(?#", "(?=");

    private static readonly Gen<string> Expression = Gen.Select(
        Gen.OneOf("^", "^", "^", ""), Part.Array[0, 9], Gen.OneOf("$", "$", "$", @"\z", ""), (start, parts, end) => $"{start}{string.Concat(parts)}{end}");

    private static readonly Gen<string> Single = Gen.OneOf(
        Gen.OneOf("a", @"\.", ".", @"\d", "(?i:x|y)", "(b|)", @"\Q|)\E", "$", "^"),
        Gen.OneOf("]", "^]", "a-[:", "[:alpha:]|)", "]|", "^|$", @"\]|", "[", "(", @"\pL)").Select(x => $"[{x}]"));

    private static readonly Gen<string> Held = Gen.Select(Single, Gen.OneOf("", "", "*", "+?", "{2,3}"), (one, often) => one + often)
        .Array[0, 6].Select(x => $"^{string.Concat(x)}$");

    [Theory]
    [InlineData("^[[:]|.+|z]$")]
    [InlineData(@"^https://github\.com/octo/app/[[:]|.+|z]$")]
    [InlineData("^[a-[:alpha:]|b]$")]
    [InlineData("^[]a]|b$")]
    [InlineData("^[^]]|b]$")]
    [InlineData("^[[:none:]]$")]
    [InlineData("^[[:a]b:]$")]
    [InlineData("^[a$")]
    [InlineData("^[]$")]
    [InlineData("^[^]$")]
    [InlineData(@"^[\E]$")]
    [InlineData("^(?i)*a$")]
    [InlineData(@"^\Q\E*a$")]
    [InlineData(@"^\Q\E{0}a$")]
    [InlineData("^(?m)a$")]
    [InlineData("^(?m:a)$")]
    [InlineData("^(?x)a#($")]
    [InlineData("^(?#|)a$")]
    [InlineData(@"^\C$")]
    [InlineData(@"^\07$")]
    [InlineData(@"^a\z$|")]
    [InlineData("^a$\n")]
    public void What_may_match_a_part_or_is_not_known_is_not_anchored(string text) => Assert.False(AnchoredExpression.Is(text));

    [Theory]
    [InlineData("^$")]
    [InlineData("^[[:alpha:]|)]$")]
    [InlineData("^[[:^alpha:]]$")]
    [InlineData("^[]|)]$")]
    [InlineData("^[^]|)]$")]
    [InlineData("^[[:]$")]
    [InlineData("^[[:|(]$")]
    [InlineData("^[a-]$")]
    [InlineData("^[a-[:|]$")]
    [InlineData(@"^[\]|)\\]$")]
    [InlineData(@"^[\w\pL\p{Greek}-]$")]
    [InlineData(@"^\Q$|(\E$")]
    [InlineData(@"^a{2}b{,2}(c|d)*?\z")]
    [InlineData(@"^(?i)a(?P<n>b|c)(?<m>d)(?s-i:.)$")]
    public void What_Go_matches_with_whole_identities_alone_is_anchored(string text) => Assert.True(AnchoredExpression.Is(text));

    [Fact]
    public void No_expression_is_taken_that_a_straightforward_reading_does_not_find_held() =>
        Expression.Sample(text => !AnchoredExpression.Is(text) || StackedExpression.IsHeld(text) == true, iter: 200_000);

    [Fact]
    public void Whatever_is_made_of_known_parts_is_taken() =>
        Held.Sample(text => AnchoredExpression.Is(text) && StackedExpression.IsHeld(text) == true, iter: 20_000);
}
