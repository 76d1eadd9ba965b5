using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Acci.Oci;
using Acci.Oci.Retries;
using Acci.Sigstore.StandIn;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>
/// Each service of Sigstore's, and each way in which it can fail while an image is signed; with the real cosign. The variable
/// <c>ACCI_SIGSTORE_FAULTS_REPORT</c> names a file that gets the table.
/// </summary>
public sealed class SigstoreFaultTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    // What passes may take as long as it takes on a busy machine.
    private static readonly RetryOptions Retry = new() { Budget = TimeSpan.FromSeconds(4) }, Patient = new() { Budget = TimeSpan.FromMinutes(2) };

    private static readonly Service[] Services =
    [
        new("token service", "/token", null, "GitHub's token service"),
        new("Fulcio", "/fulcio", null, "Fulcio"),
        new("Rekor 1", "/rekor", null, "Rekor"),
        new("Rekor 2", "/rekor2", "rekor2", "Rekor"),
        new("timestamp authority", "/api/v1/timestamp", "rekor2", "the timestamp authority"),
        new("TUF", "/tuf", null, "the TUF repository"),
    ];

    private static readonly (string Name, ServiceFault Fault, int Count, Outcome Outcome)[] Faults =
    [
        ("two 503", new ServiceFault.Status(503), 2, Outcome.Signed),
        // cosign itself sends a request up to three times.
        ("four 503", new ServiceFault.Status(503), 4, Outcome.Signed),
        ("503", new ServiceFault.Status(503), int.MaxValue, Outcome.GivenUp),
        ("429", new ServiceFault.Status(429), int.MaxValue, Outcome.GivenUp),
        ("two dropped connections", new ServiceFault.Drop(), 2, Outcome.Signed),
        ("dropped connections", new ServiceFault.Drop(), int.MaxValue, Outcome.GivenUp),
        ("no answer", new ServiceFault.Silence(), int.MaxValue, Outcome.GivenUp),
        ("401", new ServiceFault.Status(401), int.MaxValue, Outcome.Refused),
        ("403", new ServiceFault.Status(403), int.MaxValue, Outcome.Refused),
        ("garbage", new ServiceFault.Garbage(), int.MaxValue, Outcome.Refused),
    ];

    private enum Outcome
    {
        Signed,
        GivenUp,
        Refused,
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_passes_is_tried_again_and_what_lasts_names_the_service()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(Directory.CreateTempSubdirectory("layout-").FullName);
        var cells = Services.SelectMany(service => Faults.Select(fault => (Service: service, Fault: fault))).ToList();
        var table = new ConcurrentDictionary<(Service, string), string>();
        var problems = new ConcurrentQueue<string>();
        // Most of them wait, and those that get no answer so much longer that they begin first, each beside all others.
        var longestFirst = cells.OrderByDescending(x => x.Fault.Fault is ServiceFault.Silence);
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = 6 + Services.Length, CancellationToken = Cancellation };
        await Parallel.ForEachAsync(longestFirst, atOnce, async (cell, _) =>
        {
            var (service, fault) = cell;
            var image = server.NewRepository().WithDigest(layout.Root.Digest);
            using var registry = server.Connect();
            await registry.PushAsync(layout, image, cancellationToken: Cancellation);
            var begun = Stopwatch.GetTimestamp();
            var said = await SignAsync(service, fault.Fault, fault.Count, image, fault.Outcome == Outcome.Signed ? Patient : Retry);
            var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            table[(service, fault.Name)] = string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s: {said?.Message ?? "signed"}");
            var signatures = (await registry.ListReferrersAsync(image, cancellationToken: Cancellation)).Count;
            var outcome = said switch { null => Outcome.Signed, RetriesExhaustedException => Outcome.GivenUp, _ => Outcome.Refused };
            var blamesPermissions = said?.Message.Contains("id-token", StringComparison.Ordinal) ?? false;
            if (outcome != fault.Outcome || signatures != (outcome == Outcome.Signed ? 1 : 0)
                || (said is not null && !said.Message.Contains(service.CalledBy, StringComparison.Ordinal))
                || blamesPermissions != (service.Path == "/token" && fault.Name is ("401" or "403")))
                problems.Enqueue($"{service.Name} × {fault.Name}: {outcome}, {signatures} signatures: {said}");
        });

        if (Environment.GetEnvironmentVariable("ACCI_SIGSTORE_FAULTS_REPORT") is { Length: > 0 } report)
        {
            await File.WriteAllLinesAsync(
                report, cells.Select(x => $"{x.Service.Name} × {x.Fault.Name}: {table[(x.Service, x.Fault.Name)]}"), Cancellation);
        }

        Assert.Empty(problems);
    }

    private static async Task<DeliveryException?> SignAsync(Service service, ServiceFault fault, int count, ImageReference image, RetryOptions retry)
    {
        await using var sigstore = new SigstoreFixture { Configuration = service.Configuration };
        await sigstore.InitializeAsync();
        var job = sigstore.Job();
        try
        {
            // What fails at the first request of a job is the token service alone; later ones are asked when there is something to sign.
            if (service.Path == "/token") sigstore.Fail(service.Path, fault, count);
            var cosign = await sigstore.CosignAsync(job, retry);
            if (service.Path != "/token") sigstore.Fail(service.Path, fault, count);
            await cosign.SignAsync(image, Cancellation);
            return null;
        }
        catch (DeliveryException exception)
        {
            return exception;
        }
    }

    private sealed record Service(string Name, string Path, string? Configuration, string CalledBy);
}
