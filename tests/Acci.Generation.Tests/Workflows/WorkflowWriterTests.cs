using Acci.Generation.Workflows;
using Acci.Testing;
using YamlDotNet.RepresentationModel;
using static Acci.Generation.Workflows.Expression;

namespace Acci.Generation.Tests.Workflows;

public class WorkflowWriterTests
{
    private static readonly ActionReference Checkout = new("actions/checkout", "3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Input Really => new("really", "Do it") { IsBoolean = true, Default = "false" };

    private static Workflow Called => new("called")
    {
        Description = "Is called.",
        On = new() { Call = new() { Inputs = [Really], Secrets = [new("KEY", "A key")], Outputs = [new("digest", "The digest", OutputOf("one", "digest"))] } },
        Jobs =
        [
            new("one")
            {
                Outputs = new Dictionary<string, Expression> { ["digest"] = StepOutput("say", "digest") },
                Steps = [new RunStep("true") { Id = "say", Permissions = new() { Packages = Access.Write } }],
            },
        ],
    };

    private static Workflow Everything
    {
        get
        {
            Input level = new("level", "How much: a little, or all") { Default = "all", Options = ["a little", "all"] };
            Input count = new("count", "How often") { IsNumber = true, Default = "3" };
            return new("everything")
            {
                Description = "Has everything.",
                On = new()
                {
                    Push = new() { Branches = ["main", "releases/**"], Tags = ["v*"] },
                    PullRequestsTo = ["main"],
                    Releases = ["published"],
                    Schedules = [Schedule.Daily(new TimeOnly(4, 17))],
                    Dispatch = [level, Really, count],
                },
                Concurrency = Concurrency.PerRef(GitHubContext.EventName.Is("pull_request")),
                Jobs =
                [
                    new("test")
                    {
                        Name = "Test on ${{ matrix.os }}",
                        RunsOn = Matrix("os"),
                        If = NotCancelled,
                        Environment = "staging",
                        Concurrency = new("test", false),
                        Matrix = new(new Dictionary<string, IReadOnlyList<string>> { ["os"] = ["ubuntu-latest", "windows-latest"], ["version"] = ["10.0", "yes"] })
                        {
                            FailFast = false,
                            MaxParallel = 2,
                            Include = [new Dictionary<string, string> { ["os"] = "ubuntu-latest", ["version"] = "9.0" }],
                        },
                        Variables = new Dictionary<string, string> { ["NUMBER"] = "1", ["EMPTY"] = "" },
                        Services = [new("postgres", "postgres@sha256:0000000000000000000000000000000000000000000000000000000000000000") { Environment = new Dictionary<string, string> { ["POSTGRES_PASSWORD"] = "p" }, Ports = ["5432:5432"], Options = "--health-cmd pg_isready" }],
                        Outputs = new Dictionary<string, Expression> { ["digest"] = StepOutput("publish", "digest") },
                        TimeoutMinutes = 12,
                        Steps =
                        [
                            new ActionStep(Checkout) { Permissions = new() { Contents = Access.Read }, With = new Dictionary<string, string> { ["fetch-depth"] = "0", ["path"] = "a\nb\n" } },
                            new RunStep("echo \"$TITLE\"\n\necho done # really\n")
                            {
                                Name = "Say: it",
                                Id = "publish",
                                If = !GitHubContext.IsFork,
                                Environment = new Dictionary<string, string> { ["TITLE"] = Context("github.event.pull_request.title") },
                                WorkingDirectory = "src",
                                ContinueOnError = true,
                                TimeoutMinutes = 3,
                                Permissions = new() { IdToken = Access.Write, Contents = Access.Write },
                            },
                        ],
                    },
                    new("call") { Needs = ["test"], Calls = Called, With = new Dictionary<string, string> { ["really"] = Really.Value } },
                    new("everywhere")
                    {
                        Needs = ["test"],
                        If = Always & (GitHubContext.Ref.Contains("release") | GitHubContext.Ref.EndsWith("/main")),
                        RunsOn = new("self-hosted", "linux"),
                        Container = new("ghcr.io/octo/tools@sha256:1111111111111111111111111111111111111111111111111111111111111111")
                        {
                            Login = new(GitHubContext.Actor, Secret("TOOLS_TOKEN")),
                            Volumes = ["data:/data"],
                        },
                        Environment = new("production") { Url = "https://octo.example" },
                        Matrix = new(FromJson(JobOutput("test", "digest"))),
                        ContinueOnError = true,
                        Steps = [new RunStep("true") { If = Success }],
                    },
                    new("grouped") { RunsOn = new("linux") { Group = "large" }, Steps = [new RunStep("true")] },
                ],
            };
        }
    }

    [Fact]
    public void A_workflow_is_written_as_people_read_it() => Assert.Equal(
        """
        # Has everything.
        #
        # Generated from build/Build.Workflows.cs by `./build.sh GenerateWorkflows`; changes made here are lost.
        name: everything

        on:
          push:
            branches: [main, 'releases/**']
            tags: ['v*']
          pull_request:
            branches: [main]
          release:
            types: [published]
          schedule:
            - cron: 17 4 * * *
          workflow_dispatch:
            inputs:
              level:
                description: 'How much: a little, or all'
                type: choice
                default: all
                options: [a little, all]
              really:
                description: Do it
                type: boolean
                default: false
              count:
                description: How often
                type: number
                default: 3

        permissions: {}

        defaults:
          run:
            shell: bash

        concurrency:
          group: ${{ github.workflow }}-${{ github.ref }}
          cancel-in-progress: ${{ github.event_name == 'pull_request' }}

        jobs:
          test:
            name: Test on ${{ matrix.os }}
            if: '!cancelled()'
            runs-on: ${{ matrix.os }}
            environment: staging
            permissions:
              contents: write
              id-token: write
            concurrency:
              group: test
              cancel-in-progress: false
            strategy:
              fail-fast: false
              max-parallel: 2
              matrix:
                os: [ubuntu-latest, windows-latest]
                version: ['10.0', 'yes']
                include:
                  - os: ubuntu-latest
                    version: '9.0'
            env:
              NUMBER: '1'
              EMPTY: ''
            services:
              postgres:
                image: postgres@sha256:0000000000000000000000000000000000000000000000000000000000000000
                env:
                  POSTGRES_PASSWORD: p
                ports:
                  - '5432:5432'
                options: --health-cmd pg_isready
            outputs:
              digest: ${{ steps.publish.outputs.digest }}
            timeout-minutes: 12
            steps:
              - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
                with:
                  fetch-depth: '0'
                  path: |
                    a
                    b

              - name: 'Say: it'
                id: publish
                if: '!github.event.repository.fork'
                continue-on-error: true
                timeout-minutes: 3
                env:
                  TITLE: ${{ github.event.pull_request.title }}
                working-directory: src
                run: |
                  echo "$TITLE"

                  echo done # really

          call:
            needs: [test]
            permissions:
              packages: write
            uses: ./.github/workflows/called.yml
            with:
              really: ${{ inputs.really }}
            secrets:
              KEY: ${{ secrets.KEY }}

          everywhere:
            needs: [test]
            if: always() && (contains(github.ref, 'release') || endsWith(github.ref, '/main'))
            runs-on: [self-hosted, linux]
            environment:
              name: production
              url: https://octo.example
            permissions: {}
            strategy:
              fail-fast: true
              matrix: ${{ fromJSON(needs.test.outputs.digest) }}
            container:
              image: ghcr.io/octo/tools@sha256:1111111111111111111111111111111111111111111111111111111111111111
              credentials:
                username: ${{ github.actor }}
                password: ${{ secrets.TOOLS_TOKEN }}
              volumes:
                - data:/data
            timeout-minutes: 30
            continue-on-error: true
            steps:
              - if: success()
                run: 'true'

          grouped:
            runs-on:
              group: large
              labels: [linux]
            permissions: {}
            timeout-minutes: 30
            steps:
              - run: 'true'

        """,
        Write(Everything));

    [Fact]
    public async Task What_is_written_is_what_GitHub_reads() => Assert.Empty(await LintAsync(Write(Everything)));

    [Theory]
    [InlineData("steps.publish.", "nowhere.publish.", "nowhere", "actionlint workflow-parser")]
    [InlineData("really: ${{", "nowhere: ${{", "nowhere", "workflow-parser")]
    [InlineData("called.yml", "nowhere.yml", "reusable workflow", "workflow-parser")]
    public async Task A_mistake_in_a_workflow_is_found(string original, string mistake, string word, string finders)
    {
        var findings = await LintAsync(Write(Everything).Replace(original, mistake, StringComparison.Ordinal));

        Assert.Equal(finders, string.Join(' ', findings.Where(x => x.Message.Contains(word, StringComparison.Ordinal)).Select(x => x.Tool).Distinct().Order()));
    }

    public static TheoryData<string, Workflow> Inconsistent
    {
        get
        {
            Job one = new("one") { Steps = [new RunStep("true") { Id = "step" }] };
            var needy = Called with { On = new() { Call = new() { Inputs = [Really with { Default = null }] } } };
            return new()
            {
                { "two jobs are called 'one'", Of(one, one) },
                { "two steps of the job 'one' have the id 'step'", Of(one with { Steps = [.. one.Steps, .. one.Steps] }) },
                { "the job 'one' needs 'two', and there is no such job", Of(one with { Needs = ["two"] }) },
                { "the job 'one' calls 'called', which has no Call among its triggers", Of(new Job("one") { Calls = Called with { On = new() { Dispatch = [] } } }) },
                { "the job 'one' calls 'called' with 'much', which it does not take", Of(new Job("one") { Calls = Called, With = new Dictionary<string, string> { ["much"] = "1" } }) },
                { "the job 'one' calls 'called' without 'really', which it needs", Of(new Job("one") { Calls = needy }) },
            };

            static Workflow Of(params IReadOnlyList<Job> jobs) => new("wrong") { Description = "Wrong.", On = new() { Dispatch = [] }, Jobs = jobs };
        }
    }

    [Theory]
    [MemberData(nameof(Inconsistent))]
    public void What_leads_nowhere_is_not_written(string problem, Workflow workflow) =>
        Assert.Equal($"The workflow 'wrong' cannot be written: {problem}.", Assert.Throws<GenerationException>(() => Write(workflow)).Message);

    [Theory]
    [InlineData("yes")]
    [InlineData("null")]
    [InlineData("~")]
    [InlineData("1.10")]
    [InlineData("0x1f")]
    [InlineData("1e3")]
    [InlineData("2026-11-23")]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("a: b")]
    [InlineData("a #b")]
    [InlineData("- a")]
    [InlineData("*a")]
    [InlineData("'a'")]
    [InlineData("\"$A\" \\ b")]
    [InlineData("{a}")]
    [InlineData("!a")]
    [InlineData("@a")]
    [InlineData("a\nb")]
    [InlineData("a\n\n  b\n")]
    [InlineData("ä €")]
    public void A_text_stays_a_text_whatever_it_looks_like(string text)
    {
        var workflow = new Workflow("a") { Description = "A.", On = new() { Dispatch = [] }, Jobs = [new("a") { Variables = new Dictionary<string, string> { ["X"] = text } }] };

        var yaml = new YamlStream();
        yaml.Load(new StringReader(Write(workflow)));
        var job = (YamlMappingNode)yaml.Documents[0].RootNode["jobs"]["a"];
        var scalar = (YamlScalarNode)job["env"]["X"];

        Assert.Equal(text, scalar.Value);
        Assert.Equal(NeedsQuotes(text), scalar.Style is YamlDotNet.Core.ScalarStyle.SingleQuoted or YamlDotNet.Core.ScalarStyle.DoubleQuoted);
    }

    [Fact]
    public void The_same_workflow_always_gives_the_same_text()
    {
        var first = Write(Everything);
        for (var turn = 0; turn < 100; turn++) Assert.Equal(first, Write(Everything));

        Assert.DoesNotContain('\r', first);
    }

    [Theory]
    [InlineData("echo ${{ github.head_ref }}")]
    [InlineData("echo ${{github.token}}")]
    public void A_script_cannot_hold_an_expression(string script) =>
        Assert.Contains("environment", Assert.Throws<GenerationException>(() => new RunStep(script)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("actions/checkout", "v7", "v7")]
    [InlineData("actions/checkout", "3d3c42e5aac5ba805825da76410c181273ba90b", "v7")]
    [InlineData("actions/checkout", "3D3C42E5AAC5BA805825DA76410C181273BA90B1", "v7")]
    [InlineData("checkout", "3d3c42e5aac5ba805825da76410c181273ba90b1", "v7")]
    [InlineData("actions/checkout", "3d3c42e5aac5ba805825da76410c181273ba90b1", "main")]
    public void An_action_is_pinned_to_a_commit(string name, string commit, string version) => Assert.Throws<GenerationException>(() => new ActionReference(name, commit, version));

    // The called workflow lies beside it, as in a repository.
    private static async Task<IReadOnlyList<LintFinding>> LintAsync(string workflow)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Combine("everything.yml");
        await File.WriteAllTextAsync(file, workflow, Cancellation);
        await File.WriteAllTextAsync(folder.Combine("called.yml"), Write(Called), Cancellation);
        return await WorkflowLint.RunAsync([file], Cancellation);
    }

    private static string Write(Workflow workflow) => new WorkflowWriter("./build.sh GenerateWorkflows", "build/Build.Workflows.cs").Write(workflow).Content;

    private static bool NeedsQuotes(string text) => !text.Contains('\n', StringComparison.Ordinal) && text != "ä €";
}
