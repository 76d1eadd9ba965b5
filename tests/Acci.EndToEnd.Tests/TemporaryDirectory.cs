namespace Acci.EndToEnd.Tests;

internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("acci-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
