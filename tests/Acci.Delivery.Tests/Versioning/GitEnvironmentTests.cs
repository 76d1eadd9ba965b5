using Acci.Delivery.Versioning;
using Acci.Testing;

namespace Acci.Delivery.Tests.Versioning;

/// <summary>Variables by which git sees another tree than the one that is there. Alone, because every git of the process gets them.</summary>
[Collection(nameof(GitEnvironmentTests))]
[CollectionDefinition(nameof(GitEnvironmentTests), DisableParallelization = true)]
public sealed class GitEnvironmentTests : IDisposable
{
    private readonly TemporaryRepository _repository = new();
    private readonly Dictionary<string, string?> _before = [];

    public void Dispose()
    {
        foreach (var (name, value) in _before) Environment.SetEnvironmentVariable(name, value);
        _repository.Dispose();
    }

    [Fact]
    public async Task A_file_is_read_as_it_is_staged_in_this_repository_whatever_git_is_told_about_others()
    {
        using var other = new TemporaryRepository();
        other.Write("schema[1].json", "other");
        await other.Run("git init --quiet", "git add .");
        var folder = Directory.CreateDirectory(Path.Combine(_repository.Directory, "shop")).FullName;
        _repository.Write("shop/schema[1].json", "staged");
        await _repository.Run("git init --quiet", "git add .");
        _repository.Write("shop/schema[1].json", "changed");
        _repository.Write("shop/new", "new");
        _before["GIT_DIR"] = null;
        Environment.SetEnvironmentVariable("GIT_DIR", Path.Combine(other.Directory, ".git"));

        Assert.Equal("staged", await CheckedInFile.ReadAsync(folder, "schema[1].json", TestContext.Current.CancellationToken));
        Assert.Null(await CheckedInFile.ReadAsync(folder, "new", TestContext.Current.CancellationToken));
        await File.WriteAllTextAsync(Path.Combine(_repository.Directory, ".git", "index"), "damaged", TestContext.Current.CancellationToken);
        Assert.Contains("git cannot answer", (await Assert.ThrowsAsync<DeliveryException>(() => CheckedInFile.ReadAsync(folder, "new", TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GIT_LITERAL_PATHSPECS=1")]
    [InlineData("GIT_NOGLOB_PATHSPECS=1")]
    [InlineData("GIT_CONFIG_PARAMETERS='core.excludesFile'='ROOT/.git/own'")]
    [InlineData("GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=core.excludesFile", "GIT_CONFIG_VALUE_0=ROOT/.git/own")]
    public async Task They_hide_nothing(params string[] variables)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The commands are Linux's.");
        await _repository.RunScript("git init -q; touch file; git add file; git commit -q -m one; echo new > .git/own; touch new; printf '.gitignore\\nextra\\n' > .gitignore; touch extra");
        foreach (var variable in variables)
        {
            var (name, value) = variable.Split('=', 2) is [var first, var rest] ? (first, rest.Replace("ROOT", _repository.Directory, StringComparison.Ordinal)) : (variable, "");
            _before[name] = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, value);
        }

        Assert.Equal(["?? .gitignore", "?? extra", "?? new"], await new Git(_repository.Directory).ChangesAsync(TestContext.Current.CancellationToken));
    }
}
