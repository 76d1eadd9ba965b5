using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>What BuildKit itself leaves out of a build context: the other side of what the search for secrets takes it to leave out.</summary>
public sealed class IgnoredByBuildKitTests(PublishedImage published) : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Docker => published.PrintedCommand("Run").Split(" run ")[0].Replace("~", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task BuildKit_leaves_out_what_we_take_it_to_leave_out()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("ACCI_ENGINES") is { Length: > 0 }, "It is some sixty builds: ACCI_ENGINES=. runs it.");
        published.NeedsEngine();
        var wrong = new List<string>();
        foreach (var (lines, path, isLeftOut) in IgnoreCases.All)
        {
            var context = NewContext(path);
            await File.WriteAllTextAsync(Path.Combine(context, ".dockerignore"), lines, Cancellation);
            if (!(await SentAsync(context)).Contains(path) != isLeftOut) wrong.Add($"{lines.ReplaceLineEndings(" | ")}: {path}");
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("ln -s ../ignored .dockerignore", "deploy/KEY", true)]
    [InlineData("ln -s $PWD/ignored .dockerignore; cp ../ignored .", "deploy/KEY", true)]
    [InlineData("ln -s ../../ignored .dockerignore; cp ../ignored .", "deploy/KEY", false)]
    [InlineData("ln -s /ignored .dockerignore; cp ../ignored .", "deploy/KEY", false)]
    [InlineData("mkdir etc; cp ../ignored etc; ln -s etc lists; ln -s lists/ignored .dockerignore", "deploy/KEY", false)]
    [InlineData("ln -s ../ignored Dockerfile.dockerignore; touch .dockerignore", "deploy/KEY", true)]
    [InlineData("mv deploy real; ln -s real deploy; cp ../ignored .dockerignore", "real/KEY", true)]
    public async Task BuildKit_follows_links_as_we_take_it_to_follow_them(string make, string path, bool isSent)
    {
        published.NeedsEngine();
        var context = NewContext("deploy/KEY");
        await File.WriteAllTextAsync(Path.Combine(context, "..", "ignored"), "deploy", Cancellation);
        await CommandRunner.RunAsync(new Command("bash", "-c", make) { WorkingDirectory = context }, cancellationToken: Cancellation);

        Assert.Equal(isSent, (await SentAsync(context)).Contains(path));
    }

    private string NewContext(string path)
    {
        var context = Path.Combine(_folder.Path, Guid.NewGuid().ToString("n"), "context");
        Directory.CreateDirectory(Path.Combine(context, Path.GetDirectoryName(path)!));
        File.WriteAllText(Path.Combine(context, path), "secret");
        File.WriteAllText(Path.Combine(context, "Dockerfile"), "FROM scratch\nCOPY . /\n");
        return context;
    }

    private async Task<IReadOnlySet<string>> SentAsync(string context)
    {
        var output = Path.Combine(context, "..", "output");
        await CommandRunner.RunAsync(
            new Command("bash", "-c", $"{Docker} buildx build --quiet --no-cache --output type=local,dest=\"$1\" \"$2\"", "bash", output, context), cancellationToken: Cancellation);
        return Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories).Select(x => Path.GetRelativePath(output, x)).ToHashSet();
    }
}
