using Nuke.Common.Git;
using Nuke.Common.IO;
using Nuke.Common.ProjectModel;
using Nuke.Common.Tooling;

namespace Nuke.Offline.Tests;

/// <summary>Solutions and git repositories.</summary>
public sealed class RepositoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private AbsolutePath Root => _directory.Path;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("a.slnx")]
    [InlineData("a.sln")]
    public void A_solution_has_projects_and_folders(string name)
    {
        var original = ((AbsolutePath)TestData.Sample / "Sample.slnx").ReadSolution();
        original.Save(Root / name);

        var solution = (Root / name).ReadSolution();

        Assert.Equal(("a", Root), (solution.Name, solution.Directory));
        Assert.Equal(["Lib", "Lib.Tests", "_build"], solution.AllProjects.Select(x => x.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["Lib.Tests"], solution.GetAllProjects("*.Tests").Select(x => x.Name));
        Assert.Equal(["_build"], solution.Projects.Select(x => x.Name));
        Assert.Equal(["src", "tests"], solution.SolutionFolders.Select(x => x.Name).Order());
        var lib = solution.GetProject("lib");
        Assert.Equal(Root / "src" / "Lib" / "Lib.csproj", lib.Path);
        Assert.Equal("src", ((SolutionFolder)lib.Parent).Name);
        Assert.Same(lib, solution.GetSolutionFolder("src").GetProject("Lib"));
        Assert.Null(solution.GetProject("Other"));
    }

    [Fact]
    public void A_solution_that_is_not_there_is_an_error() =>
        Assert.StartsWith(
            "Solution file does not exist",
            Assert.Throws<Exception>(() => (Root / "a.slnx").ReadSolution()).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("https://github.com/owner/name.git", "github.com", "owner/name", GitProtocol.Https)]
    [InlineData("https://user:token@github.com/owner/name", "github.com", "owner/name", GitProtocol.Https)]
    [InlineData("git@github.com:owner/name.git", "github.com", "owner/name", GitProtocol.Ssh)]
    [InlineData("ssh://git@host.example:2222/group/sub/name.git", "host.example:2222", "group/sub/name", GitProtocol.Ssh)]
    public void An_address_is_taken_apart(string url, string endpoint, string identifier, GitProtocol protocol)
    {
        var repository = GitRepository.FromUrl(url);

        Assert.Equal((protocol, endpoint, identifier), (repository.Protocol!.Value, repository.Endpoint, repository.Identifier));
        Assert.Equal($"https://{endpoint}/{identifier}.git", repository.HttpsUrl);
    }

    [Fact]
    public void A_repository_is_read_without_running_git()
    {
        Git("init -q -b main");
        Git("remote add origin git@github.com:owner/name.git");
        Git("commit -q --allow-empty -m one");
        Git("tag v1");
        Git("tag -a v1.0 -m annotated");
        Git("checkout -q -b feature/x");
        (Root / "below").CreateDirectory();

        Check(GitRepository.FromLocalDirectory(Root / "below"));
        Git("pack-refs --all");
        Check(GitRepository.FromLocalDirectory(Root));
        Git("worktree add -q --detach tree");
        Assert.Equal(Git("rev-parse HEAD"), GitRepository.FromLocalDirectory(Root / "tree").Commit);

        void Check(GitRepository repository)
        {
            Assert.Equal(("feature/x", Git("rev-parse HEAD"), Root), (repository.Branch, repository.Commit, repository.LocalDirectory));
            Assert.Contains("v1", repository.Tags);
            Assert.Equal("https://github.com/owner/name", repository.ToString());
            Assert.True(repository.IsOnFeatureBranch());
            Assert.False(repository.IsOnMainOrMasterBranch());
        }
    }

    [Fact]
    public void A_repository_without_commits_has_none()
    {
        Git("init -q -b main");

        var repository = GitRepository.FromLocalDirectory(Root);

        Assert.Equal(("main", null, null), (repository.Branch, repository.Commit, repository.HttpsUrl));
        Assert.Empty(repository.Tags);
    }

    private string Git(string arguments) =>
        ProcessTasks.StartProcess("git", "-c user.name=n -c user.email=e@example.org " + arguments, Root, logInvocation: false, logOutput: false)
            .AssertZeroExitCode()
            .Output
            .StdToText();
}
