using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Acci.Hosting;
using Acci.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Acci.Tests;

public sealed class OperationTests(LocalServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_answer_carries_the_security_headers()
    {
        await using var app = await AppProcess.ServeAsync(Cancellation);

        foreach (var path in new[] { "/", "/health", "/nope", "/api/tenants", "/openapi/v1.json" })
        {
            using var answer = await app.Http.GetAsync(path, Cancellation);
            Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
            Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
            Assert.Contains("frame-ancestors 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.True(answer.Headers.CacheControl?.NoStore);
            Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
            Assert.Empty(answer.Headers.Server);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health")]
    [InlineData("/openapi/v1.json")]
    public async Task What_can_be_read_can_be_asked_for_without_its_body(string path)
    {
        await using var app = await AppProcess.ServeAsync(Cancellation);

        await AssertHeadAsync(app, path);
    }

    [Fact]
    public async Task A_tenant_and_the_list_of_tenants_can_be_asked_for_without_their_bodies()
    {
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, await servers.Postgres.CreateDatabaseAsync(Cancellation));
        var slug = await TenantRequests.CreateAsync(app);

        await AssertHeadAsync(app, "/api/tenants");
        Assert.Contains("\r\nETag: \"", await AssertHeadAsync(app, $"/api/tenants/{slug}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_a_problem_like_any_other()
    {
        var settings = new AppSettings();
        await using var app = App.CreateBuilder(settings).Build();
        App.UseMiddleware(app, settings);
        app.MapGet("/slow", async (HttpContext context) => await Task.Delay(Timeout.Infinite, context.RequestAborted))
            .WithRequestTimeout(Limits.RequestTimeoutPolicy);
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync(Cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        var answer = await http.GetAsync("/slow", Cancellation);

        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        await Answers.ProblemAsync(answer, HttpStatusCode.ServiceUnavailable);
    }

    [Theory]
    [InlineData("127.0.0.0/8,::ffff:127.0.0.0/104", true)]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("", false)]
    public async Task Only_a_trusted_proxy_is_believed(string trusted, bool believed)
    {
        await using var app = await AppProcess.ServeAsync(Cancellation, ("APP__SERVER__TRUSTED_PROXIES", trusted));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");

        using var answer = await app.Http.SendAsync(request, Cancellation);

        Assert.Equal(believed, answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task A_problem_is_logged_under_the_trace_id_that_the_client_has()
    {
        await using var app = await AppProcess.ServeAsync(Cancellation);
        var problem = await Answers.ProblemAsync(await app.Http.GetAsync("/api/tenants", Cancellation), HttpStatusCode.ServiceUnavailable);
        var trace = problem.GetProperty("traceId").GetString()!.Split('-')[1];
        await app.TerminateAsync(Cancellation);

        var line = Assert.Single(app.Output.Split('\n'), line => line.Contains(trace, StringComparison.Ordinal));
        Assert.Equal("Acci.Hosting.Problems", JsonElement.Parse(line).GetProperty("Category").GetString());
    }

    [Fact]
    public async Task In_development_a_log_line_can_be_read()
    {
        await using var app = await AppProcess.ServeAsync(Cancellation, ("RUN_MODE", "dev"));
        await app.TerminateAsync(Cancellation);

        Assert.Contains("Microsoft.Hosting.Lifetime[14] Now listening on: http://[::]:", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_and_traces_go_to_the_collector()
    {
        var port = ServerProcess.FreePort();
        using var collector = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
        collector.Start();
        var received = new ConcurrentDictionary<string, string>();
        var collecting = Task.Run(async () =>
        {
            while (collector.IsListening)
            {
                var context = await collector.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream, System.Text.Encoding.Latin1);
                var body = await reader.ReadToEndAsync();
                received.AddOrUpdate(context.Request.Url!.AbsolutePath, body, (_, earlier) => earlier + body);
                context.Response.Close();
            }
        }, Cancellation);

        await using (var app = await AppProcess.ServeReadyAsync(
            Cancellation,
            [
                .. await servers.Postgres.CreateDatabaseAsync(Cancellation),
                ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{port}"),
                .. servers.Redis.Settings(),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                ("OTEL_SERVICE_NAME", "shop"),
            ]))
        {
            using var answer = await app.Http.GetAsync("/api/tenants", Cancellation);
            Assert.Equal(HttpStatusCode.NotFound, await TenantRequests.GetAsync(app, "missing"));
            Assert.Equal(0, await app.TerminateAsync(Cancellation));
        }
        collector.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => collecting);

        Assert.Contains("GET /api/tenants", received["/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("shop", received["/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("postgresql", received["/v1/traces"], StringComparison.Ordinal);
        Assert.DoesNotContain("/health", received["/v1/traces"], StringComparison.Ordinal);
        foreach (var metric in new[] { "http.server.request.duration", "db.client.", "dotnet.gc.", $"{AppSettings.AppName}.cache.requests", $"{AppSettings.AppName}.cache.in_use" })
            Assert.Contains(metric, received["/v1/metrics"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_word_on_the_protocol_the_collector_is_spoken_to_in_gRPC()
    {
        var received = new ConcurrentDictionary<string, string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        await using var collector = builder.Build();
        collector.MapPost("/{**method}", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received[context.Request.Path] = $"{context.Request.ContentType} {System.Text.Encoding.Latin1.GetString(body.ToArray())}";
            // An empty message, and that all is well.
            context.Response.ContentType = "application/grpc";
            context.Response.DeclareTrailer("grpc-status");
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await collector.StartAsync(Cancellation);
        await using var app = await AppProcess.ServeAsync(Cancellation, ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Urls.Single()));
        using var answer = await app.Http.GetAsync("/", Cancellation);

        Assert.Equal(0, await app.TerminateAsync(Cancellation));

        var traces = received["/opentelemetry.proto.collector.trace.v1.TraceService/Export"];
        Assert.StartsWith("application/grpc", traces, StringComparison.Ordinal);
        Assert.Contains("GET /", traces, StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", received["/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_is_away_or_silent_holds_nothing_up()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var app = await AppProcess.ServeAsync(
            Cancellation, ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"));
        using var answer = await app.Http.GetAsync("/", Cancellation);
        var started = DateTime.UtcNow;

        Assert.Equal(0, await app.TerminateAsync(Cancellation));

        Duration.Report("the shutdown", started);
    }

    [Fact]
    public async Task A_collector_that_is_no_address_is_a_start_error()
    {
        var (exitCode, _, error) = await AppProcess.RunAsync([], Cancellation, ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"));

        Assert.Equal(1, exitCode);
        Assert.Contains(
            "OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' is not an address such as http://collector:4317", error, StringComparison.Ordinal);
    }

    /// <summary>Over a bare connection: an HTTP client would not show a body that should not be there.</summary>
    private static async Task<string> AssertHeadAsync(AppProcess app, string path)
    {
        var answer = await RawClient.ExchangeAsync(app.Port, $"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", Cancellation);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.Single(answer.Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries));
        return answer;
    }
}
