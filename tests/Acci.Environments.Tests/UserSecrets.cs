using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>A home in which <c>dotnet user-secrets</c> has this for one id, as long as this lives.</summary>
internal sealed class UserSecrets : IDisposable
{
    // Looked at before HOME, which other tests of this process have a use for.
    private const string Variable = "APPDATA";

    private readonly TemporaryFolder _folder = new();
    private readonly string? _before = Environment.GetEnvironmentVariable(Variable);

    public UserSecrets(string id, string content)
    {
        File = _folder.Combine("Microsoft", "UserSecrets", id, "secrets.json");
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, content);
        Environment.SetEnvironmentVariable(Variable, _folder.Path);
    }

    public string File { get; }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, _before);
        _folder.Dispose();
    }
}

/// <summary>Tests that change what the whole process sees run alone.</summary>
[CollectionDefinition(nameof(AlteredProcess), DisableParallelization = true)]
public sealed class AlteredProcess;
