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
