using Acci.Generation.Workflows;
using static Acci.Generation.Workflows.Expression;

namespace Acci.Generation.Tests.Workflows;

public class ExpressionTests
{
    public static TheoryData<Expression, string> Written => new()
    {
        { GitHubContext.Ref.Is("refs/heads/main"), "github.ref == 'refs/heads/main'" },
        { GitHubContext.Ref.StartsWith("refs/tags/v") & !GitHubContext.IsFork, "startsWith(github.ref, 'refs/tags/v') && !github.event.repository.fork" },
        { (Variable("A") | Variable("B")) & Variable("C"), "(vars.A || vars.B) && vars.C" },
        { Variable("A") | (Variable("B") & Variable("C")), "vars.A || vars.B && vars.C" },
        { !(Variable("A") & Variable("B")), "!(vars.A && vars.B)" },
        { !GitHubContext.EventName.Is("push"), "!(github.event_name == 'push')" },
        { Variable("REGISTRY") | Format("ghcr.io/{0}", GitHubContext.RepositoryOwner), "vars.REGISTRY || format('ghcr.io/{0}', github.repository_owner)" },
        { Secret("KEY").Is(""), "secrets.KEY == ''" },
        { Of("it's"), "'it''s'" },
        { HashOfFiles("a.json", "**/*.csproj"), "hashFiles('a.json', '**/*.csproj')" },
        { NotCancelled & Failure, "!cancelled() && failure()" },
        { StepOutput("publish", "digest"), "steps.publish.outputs.digest" },
        { JobOutput("publish", "digest").IsNot(""), "needs.publish.outputs.digest != ''" },
        { Input("dry-run") & Of(true), "inputs.dry-run && true" },
        { Matrix("os"), "matrix.os" },
        { Always & Success, "always() && success()" },
        { GitHubContext.Ref.EndsWith("/main") | GitHubContext.Ref.Contains("release"), "endsWith(github.ref, '/main') || contains(github.ref, 'release')" },
        { FromJson(JobOutput("list", "images")), "fromJSON(needs.list.outputs.images)" },
        { true, "true" },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void Expressions_are_written_with_no_more_parentheses_than_they_need(Expression expression, string text) => Assert.Equal(text, expression.Text);

    [Fact]
    public void As_a_text_an_expression_stands_in_braces()
    {
        string text = GitHubContext.Token;

        Assert.Equal("${{ github.token }}", text);
    }

    [Theory]
    [InlineData(DayOfWeek.Sunday, "41 3 * * 0")]
    [InlineData(DayOfWeek.Saturday, "41 3 * * 6")]
    public void A_week_s_day_and_time_become_cron(DayOfWeek day, string cron) => Assert.Equal(cron, Schedule.Weekly(day, new TimeOnly(3, 41)).Cron);
}
