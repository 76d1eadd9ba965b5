using System.Text.RegularExpressions;
using Acci.Generation.Tests.Workflows;
using Acci.Generation.Workflows;
using Acci.Testing;
using YamlDotNet.RepresentationModel;

namespace Acci.Instance.Tests;

/// <summary>The workflows of this repository, as they are checked in.</summary>
public partial class WorkflowsTests
{
    private static readonly string Folder = Path.Combine(SourceTree.Root, ".github", "workflows");

    // What a step does that takes a permission.
    private static readonly (string Permission, string Access, Func<string, bool> IsUsedBy)[] Uses =
    [
        ("actions", "read", step => step.Contains("actions/download-artifact@", StringComparison.Ordinal)),
        ("contents", "read", step => step.Contains("actions/checkout@", StringComparison.Ordinal)),
        ("contents", "write", step => step.Contains("./build.sh CreateRelease", StringComparison.Ordinal)),
        ("id-token", "write", step => step.Contains("./build.sh Publish", StringComparison.Ordinal)),
        ("packages", "read", step => step.Contains("./build.sh RescanImages", StringComparison.Ordinal) || step.Contains("./build.sh CreateRelease", StringComparison.Ordinal)),
        ("packages", "write", step => step.Contains("./build.sh Publish", StringComparison.Ordinal) || step.Contains("./build.sh PruneImages", StringComparison.Ordinal)),
        ("security-events", "write", step => step.Contains("./build.sh UploadSarif", StringComparison.Ordinal) || step.Contains("./build.sh RescanImages", StringComparison.Ordinal)),
    ];

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.yml").Select(x => Path.GetFileName(x)).Order(StringComparer.Ordinal)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GitHub_s_parser_and_actionlint_find_nothing()
    {
        var findings = await WorkflowLint.RunAsync(Directory.EnumerateFiles(Folder, "*.yml"), Cancellation);

        // Runners come faster than the list of them that actionlint carries.
        Assert.Equal([], findings.Where(x => !x.Message.Contains("[runner-label]", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_action_is_pinned_to_the_commit_that_the_locks_name(string file)
    {
        var text = File.ReadAllText(Path.Combine(Folder, file));
        var locks = ActionLocks.Read(Path.Combine(SourceTree.Root, "deploy", "locks", "actions.json"));

        var uses = Used().Matches(text).Select(x => x.Groups["what"].Value).Where(x => !x.StartsWith("./", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(uses);
        Assert.All(uses, use => Assert.Contains(use, locks.All.Select(action => $"{action.Name}@{action.Commit} # {action.Version}")));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void No_script_holds_an_expression_and_no_stranger_s_code_runs_with_the_repository_s_rights(string file)
    {
        var workflow = Read(file);

        Assert.All(Steps(workflow).Where(x => x.Children.ContainsKey("run")), step => Assert.DoesNotContain("${{", step["run"].ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain("pull_request_target", ((YamlMappingNode)workflow["on"]).Children.Keys.Select(x => x.ToString()));
        Assert.All(Steps(workflow).Where(x => x.ToString().Contains("actions/checkout@", StringComparison.Ordinal)), step => Assert.Equal("false", step["with"]["persist-credentials"].ToString()));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_job_has_the_permissions_that_its_steps_use_and_no_others(string file)
    {
        var workflow = Read(file);
        Assert.Empty(((YamlMappingNode)workflow["permissions"]).Children);

        foreach (var job in ((YamlMappingNode)workflow["jobs"]).Children.Values.Cast<YamlMappingNode>())
        {
            var steps = Steps(job).ToList();
            var used = Uses.Where(x => steps.Any(step => x.IsUsedBy(step.ToString()))).GroupBy(x => x.Permission).Select(x => $"{x.Key}: {(x.Any(y => y.Access == "write") ? "write" : "read")}");
            Assert.Equal(used.Order(), ((YamlMappingNode)job["permissions"]).Children.Select(x => $"{x.Key}: {x.Value}").Order());
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void What_publishes_does_nothing_on_a_fork(string file)
    {
        foreach (var job in ((YamlMappingNode)Read(file)["jobs"]).Children.Values.Cast<YamlMappingNode>())
        {
            var writes = ((YamlMappingNode)job["permissions"]).Children.Any(x => x.Key.ToString() != "security-events" && x.Value.ToString() == "write");
            // Whoever calls the workflow that others call has decided to.
            if (writes && file != "publish-images.yml") Assert.Contains("!github.event.repository.fork", job["if"].ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_others_call_publishes_and_signs_as_this_repository_does()
    {
        var (own, called) = (PublishOf("publish.yml"), PublishOf("publish-images.yml"));

        Assert.Equal(own["run"].ToString(), called["run"].ToString());
        Assert.Equal(Variables(own), Variables(called));
        Assert.Contains("SigningKey: ${{ secrets.SIGNING_KEY }}", Variables(own));

        static YamlMappingNode PublishOf(string file) =>
            Steps(Read(file)).Single(x => x.Children.TryGetValue("run", out var run) && run.ToString().StartsWith("./build.sh Publish ", StringComparison.Ordinal));

        // Where to and for which platforms is the caller's choice.
        static IEnumerable<string> Variables(YamlMappingNode step) =>
            ((YamlMappingNode)step["env"]).Children.Where(x => x.Key.ToString() is not ("REGISTRY" or "PLATFORMS")).Select(x => $"{x.Key}: {x.Value}");
    }

    private static YamlMappingNode Read(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Path.Combine(Folder, file))));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    // A job that calls another workflow of the repository has the steps of that one.
    private static IEnumerable<YamlMappingNode> Steps(YamlMappingNode node) =>
        node.Children.TryGetValue("jobs", out var jobs) ? ((YamlMappingNode)jobs).Children.Values.Cast<YamlMappingNode>().SelectMany(Steps)
        : node.Children.TryGetValue("uses", out var called) ? Steps(Read(Path.GetFileName(called.ToString())))
        : ((YamlSequenceNode)node["steps"]).Cast<YamlMappingNode>();

    [GeneratedRegex(@"^\s*(?:- )?uses: (?<what>.+)$", RegexOptions.Multiline)]
    private static partial Regex Used();
}
