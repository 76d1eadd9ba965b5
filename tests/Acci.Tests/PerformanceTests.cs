using System.Diagnostics;
using System.Net.Http.Json;
using Acci.Tests.Servers;

namespace Acci.Tests;

/// <summary>
/// The app in figures, reported and not judged: a time says as much of the machine as of the app. Each stands beside a baseline of the same run. They run only when
/// asked for: <c>ACCI_APP=…/acci dotnet test tests/Acci.Tests -- xUnit.Explicit=only</c>.
/// </summary>
public sealed class PerformanceTests(LocalServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Explicit = true)]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task How_long_the_native_app_takes_to_be_healthy(string path)
    {
        SkipUnlessNative();
        (string, string)[] settings = [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. servers.Redis.Settings()];
        await (await AppProcess.ServeReadyAsync(Cancellation, settings)).DisposeAsync();
        var (times, baseline) = (new List<double>(), new List<double>());
        for (var i = 0; i < 11; i++)
        {
            // The same program, which does nothing but start and end.
            var started = Stopwatch.GetTimestamp();
            await AppProcess.RunAsync(["no-such-command"], Cancellation);
            baseline.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            started = Stopwatch.GetTimestamp();
            await using var app = AppProcess.Start(settings);
            using var client = new RawClient(app.Port);
            while (await client.SendAsync(RawClient.Request(path), Cancellation) != 200)
                await Task.Delay(1, Cancellation);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        baseline.Sort();
        Tell($"start to first healthy answer of {path}: median {times[5]:F0} ms, fastest {times[0]:F0} ms, slowest {times[^1]:F0} ms; {times[5] / baseline[5]:F1} times a start that does nothing");
    }

    [Fact(Explicit = true)]
    public async Task The_working_set_of_the_native_app_after_10_000_requests()
    {
        SkipUnlessNative();
        await using var app = await AppProcess.ServeReadyAsync(
            Cancellation, [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. servers.Redis.Settings()]);
        var baseline = app.WorkingSet;
        for (var i = 0; i < 100; i++)
        {
            using var created = await app.Http.PostAsJsonAsync("/api/tenants", new { slug = $"tenant-{i}", name = $"Tenant {i}" }, Cancellation);
            created.EnsureSuccessStatusCode();
        }

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
        {
            using var client = new RawClient(app.Port);
            for (var i = worker; i < 10_000; i += 16)
            {
                var path = i % 10 == 0 ? "/api/tenants?limit=20" : $"/api/tenants/tenant-{i % 100}";
                Assert.Equal(200, await client.SendAsync(RawClient.Request(path), Cancellation));
            }
        }));

        Tell($"working set after 10,000 requests: {app.WorkingSet / 1024.0 / 1024.0:F1} MiB; {(double)app.WorkingSet / baseline:F1} times that of a start");
    }

    [Fact(Explicit = true)]
    public async Task What_the_middleware_costs_of_the_cached_reads_per_second()
    {
        (string, string)[] settings = [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. servers.Redis.Settings()];
        await using var whole = AppProcess.StartVariant(TestProgram.Whole, settings);
        await using var bare = AppProcess.StartVariant(TestProgram.Bare, settings);
        await whole.WaitUntilHealthyAsync(Cancellation);
        await bare.WaitUntilHealthyAsync(Cancellation);
        var request = RawClient.Request($"/api/tenants/{await TenantRequests.CreateAsync(whole)}");

        // In short turns, so that what the machine does meanwhile hits both; the first ones only warm up.
        var (with, without) = (new Figures(), new Figures());
        for (var turn = 0; turn < 60; turn++)
        {
            if (turn == 10)
                (with, without) = (new Figures(), new Figures());
            await MeasureAsync(whole, request, with);
            await MeasureAsync(bare, request, without);
        }

        var ratio = with.ReadsPerSecond / without.ReadsPerSecond;
        Tell($"cached reads per second: {with.ReadsPerSecond:F0} with the middleware, {without.ReadsPerSecond:F0} without, ratio {ratio:F3}");
        Tell($"processor time of the server for each: {with.Microseconds:F1} µs and {without.Microseconds:F1} µs");
    }

    private static async Task MeasureAsync(AppProcess server, byte[] request, Figures figures)
    {
        var (started, processor) = (Stopwatch.GetTimestamp(), server.ProcessorTime);
        var end = started + Stopwatch.Frequency / 10;
        var reads = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            using var client = new RawClient(server.Port);
            var count = 0;
            for (; Stopwatch.GetTimestamp() < end; count++)
                Assert.Equal(200, await client.SendAsync(request, Cancellation));
            return count;
        })));
        figures.Reads += reads.Sum();
        figures.Time += Stopwatch.GetElapsedTime(started);
        figures.Processor += server.ProcessorTime - processor;
    }

    private static void SkipUnlessNative() =>
        Assert.SkipWhen(Environment.GetEnvironmentVariable("ACCI_APP") is null, "ACCI_APP does not name a native binary.");

    private static void Tell(string figure) => TestContext.Current.TestOutputHelper?.WriteLine(figure);

    private sealed class Figures
    {
        public long Reads { get; set; }

        public TimeSpan Time { get; set; }

        public TimeSpan Processor { get; set; }

        public double ReadsPerSecond => Reads / Time.TotalSeconds;

        public double Microseconds => Processor.TotalMicroseconds / Reads;
    }
}
