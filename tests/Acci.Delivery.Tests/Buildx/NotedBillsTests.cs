using Acci.Delivery.Buildx;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>A build that is killed while it writes a bill of materials leaves an image's files beside the draft.</summary>
public sealed class NotedBillsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task All_that_is_made_for_one_is_noted_for_the_next_run_to_remove()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The scripts run on Linux only.");
        var builder = new LayoutBuilder(_folder.Combine("draft"));
        builder.AddImage(Platform.LinuxAmd64, []);
        // Keeps the journal, which also has what is gone again.
        using var kept = Session.Current.Note(_folder.Combine("kept"));

        await new BillsOfMaterials(new EngineScripts(new CacheDirectory(_folder.Combine("cache")))).AttestAsync(await builder.WriteAsync(), "app", TestContext.Current.CancellationToken);

        // This process holds the journal's lock, which a program of the system does not ask for.
        var journal = await CommandRunner.RunAsync(
            new Command("cat", CacheDirectory.Default.Combine("sessions", $"{Session.Current.Id}.journal")), cancellationToken: TestContext.Current.CancellationToken);
        foreach (var name in (string[])["draft.root", "draft.root.json"]) Assert.Contains($"\"{_folder.Combine(name)}\"", journal.StandardOutput, StringComparison.Ordinal);
    }
}
