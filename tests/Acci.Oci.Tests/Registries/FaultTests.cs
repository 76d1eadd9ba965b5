using System.Diagnostics;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Oci.Tests.Registries;

/// <summary>Pushing and pulling when the network, or the registry, has a bad day.</summary>
public sealed class FaultTests(RegistryServer server) : IClassFixture<RegistryServer>, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<RetryNotice> _notices = [];
    private readonly TestClock _clock = new();
    private FaultProxy _proxy = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _proxy = await FaultProxy.StartAsync(server);

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_lost_connection_is_said_in_one_line_and_the_push_goes_on()
    {
        _proxy.Fail(x => x.SendsBlob, new NetworkFault.BreakOff(1000));

        await PushAsync(100_000);

        var notice = Assert.Single(_notices);
        Assert.Matches($"^{_proxy.Domain}: upload of blob sha256:[0-9a-f]{{64}} \\(.* MB\\) to app-[0-9a-f]+: the connection broke off; attempt 2 in [0-9.]+ s, giving up in [0-9]+ s\\.$", notice.ToString());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(408)]
    [InlineData(429)]
    public async Task An_answer_that_may_be_another_the_next_time_is_asked_for_again(int status)
    {
        _proxy.Fail(x => x.FinishesBlob, new NetworkFault.Answer(status), times: 2);

        await PushAsync(100_000);

        Assert.Equal(2, _notices.Count);
        Assert.All(_notices, x => Assert.StartsWith($"{status} ", x.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_registrys_own_word_on_when_to_come_back_is_kept()
    {
        _proxy.Fail(x => x.FinishesBlob, new NetworkFault.Answer(429, RetryAfter: "1"));
        var since = _clock.GetTimestamp();

        await PushAsync(1000);

        Assert.True(_clock.GetElapsedTime(since) >= TimeSpan.FromSeconds(1), "It came back too early.");
        Assert.Equal(TimeSpan.FromSeconds(1), Assert.Single(_notices).Delay);
    }

    [Fact]
    public async Task What_would_take_longer_than_the_budget_is_not_waited_for()
    {
        _proxy.Decide = x => x.FinishesBlob ? new NetworkFault.Answer(429, RetryAfter: "3600") : null;

        var error = await Assert.ThrowsAsync<RetriesExhaustedException>(() => PushAsync(1000));

        Assert.EndsWith(
            " failed: 429 Too Many Requests. It asks to be left alone for 3600 s, which the retry budget of 20 s does not allow. Check the network and the service, then run the same command again.",
            error.Message,
            StringComparison.Ordinal);
        Assert.Empty(_notices);
    }

    [Fact]
    public async Task A_refusal_is_not_tried_again()
    {
        _proxy.Decide = x => x.FinishesBlob ? new NetworkFault.Answer(403, Body: """{"errors":[{"code":"DENIED","message":"the quota is used up"}]}""") : null;

        var error = await Assert.ThrowsAsync<RegistryException>(() => PushAsync(1000));

        Assert.Contains("(403 Forbidden: DENIED: the quota is used up)", error.Message, StringComparison.Ordinal);
        Assert.Equal(["DENIED"], error.Codes);
        Assert.Empty(_notices);
    }

    [Fact]
    public async Task A_blob_that_is_damaged_on_the_way_up_is_sent_again()
    {
        _proxy.Fail(x => x.SendsBlob, new NetworkFault.DamageRequest());

        await PushAsync(100_000);

        Assert.Equal("the blob arrived damaged", Assert.Single(_notices).Reason);
    }

    [Fact]
    public async Task A_blob_whose_confirmation_is_lost_is_not_sent_again()
    {
        _proxy.Fail(x => x.FinishesBlob && x.Length >= 100_000, new NetworkFault.LoseAnswer());

        await PushAsync(100_000);

        Assert.Single(_proxy.Requests, x => x.FinishesBlob && x.Length >= 100_000);
        Assert.Single(_notices);
    }

    [Fact]
    public async Task A_chunk_that_the_registry_has_is_not_sent_again()
    {
        var chunks = 0;
        _proxy.Decide = x => x.Method == "PATCH" && ++chunks is 3 or 6 ? new NetworkFault.Answer(503) : null;

        await PushAsync(100_000, x => x with { WholeBlobLimit = 50_000, ChunkSize = 10_000 });

        Assert.Equal(2, _notices.Count);
        Assert.Equal(100_000, _proxy.Requests.Where(x => x.Method == "PATCH").Sum(x => x.Forwarded));
    }

    [Fact]
    public async Task A_chunk_that_broke_off_half_way_is_recovered_from()
    {
        var chunks = 0;
        _proxy.Decide = x => x.Method == "PATCH" && ++chunks == 5 ? new NetworkFault.BreakOff(1234) : null;

        await PushAsync(100_000, x => x with { WholeBlobLimit = 50_000, ChunkSize = 10_000 });
    }

    [Fact]
    public async Task A_registry_that_takes_small_chunks_only_gets_such()
    {
        const int most = 4 * 1024 * 1024;
        _proxy.Decide = x => x.Method == "PATCH" && x.Length > most ? new NetworkFault.Answer(416) : null;

        await PushAsync([12_000_000, 11_000_000], x => x with { WholeBlobLimit = 1_000_000 });

        Assert.Equal(3 + 3, _proxy.Requests.Count(x => x.Method == "PATCH" && x.Length <= most));
        Assert.Equal(12_000_000 + 11_000_000, _proxy.Requests.Where(x => x.Method == "PATCH").Sum(x => x.Forwarded));
    }

    [Fact]
    public async Task A_registry_that_takes_no_chunks_gets_the_blob_whole()
    {
        _proxy.Decide = x => x.Method == "PATCH" ? new NetworkFault.Answer(416) : null;

        await PushAsync(100_000, x => x with { WholeBlobLimit = 50_000, ChunkSize = 10_000 });

        Assert.Single(_proxy.Requests, x => x.Method == "PATCH");
        Assert.Single(_notices);
    }

    [Fact]
    public async Task A_registry_that_takes_no_large_requests_gets_the_blob_in_chunks()
    {
        _proxy.Decide = x => x.Length > 20_000 ? new NetworkFault.Answer(413) : null;

        await PushAsync(100_000, x => x with { ChunkSize = 10_000 });

        Assert.Equal(10, _proxy.Requests.Count(x => x.Method == "PATCH"));
    }

    [Fact]
    public async Task A_blob_that_is_too_large_for_one_request_and_fits_in_one_chunk_goes_up_in_smaller_ones()
    {
        _proxy.Decide = x => x.Length > 10_000_000 ? new NetworkFault.Answer(413) : null;

        await PushAsync(12_000_000);

        Assert.Equal(3, _proxy.Requests.Count(x => x.Method == "PATCH"));
        Assert.Single(_notices);
    }

    [Fact]
    public async Task What_no_chunk_makes_smaller_is_refused_and_not_tried_again()
    {
        _proxy.Decide = x => x.Length > 50_000 ? new NetworkFault.Answer(413) : null;

        Assert.Contains("(413 ", (await Assert.ThrowsAsync<RegistryException>(() => PushAsync(100_000))).Message, StringComparison.Ordinal);
        Assert.Empty(_notices);
    }

    [Fact]
    public async Task A_registry_that_swallows_everything_is_given_up_when_the_budget_ends()
    {
        var budget = TimeSpan.FromMinutes(2);
        _proxy.Fail(x => x.FinishesBlob, new NetworkFault.Answer(503));
        var decide = _proxy.Decide;
        _proxy.Decide = x =>
        {
            if (decide(x) is { } fault) return fault;
            if (_notices.Count == 0) return null;
            _clock.Advance(budget);
            return new NetworkFault.Delay(TimeSpan.FromSeconds(30));
        };

        var error = await Assert.ThrowsAsync<RetriesExhaustedException>(() => PushAsync(1000, x => x with { Retry = x.Retry with { Budget = budget } }));

        // An attempt that had waited for the answer would have got one.
        Assert.Contains("no answer", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task A_repository_that_may_not_be_mounted_from_is_done_without(int status)
    {
        _proxy.Decide = x => x.Path.Contains("mount=", StringComparison.Ordinal) ? new NetworkFault.Answer(status) : null;

        await PushAsync(100_000, x => x with { MountFrom = ["somebody/else"] });

        Assert.Contains(_proxy.Requests, x => x.Path.Contains("mount=", StringComparison.Ordinal));
        Assert.Empty(_notices);
    }

    [Fact]
    public async Task A_registry_that_falls_silent_is_asked_again()
    {
        _proxy.Fail(x => x.SendsBlob, new NetworkFault.Delay(TimeSpan.FromSeconds(30)));

        await PushAsync(100_000, x => x with { StallTimeout = TimeSpan.FromSeconds(0.5) });

        // On a busy machine others may take as long.
        Assert.NotEmpty(_notices);
        Assert.All(_notices, x => Assert.StartsWith("no answer within", x.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_push_over_a_network_that_fails_every_fifth_time_arrives_whole()
    {
        var random = new Random(42);
        var faults = new NetworkFault[] { new NetworkFault.Drop(), new NetworkFault.BreakOff(3000), new NetworkFault.LoseAnswer(), new NetworkFault.Answer(500), new NetworkFault.Answer(503), new NetworkFault.DamageRequest() };
        _proxy.Decide = x =>
        {
            lock (random)
            {
                return random.Next(5) > 0 ? null : faults[random.Next(faults.Length)] is var fault && fault is NetworkFault.DamageRequest && !x.SendsBlob ? new NetworkFault.Drop() : fault;
            }
        };

        // About half of the attempts fail, and the delays of all blobs add up on a clock that jumps.
        await PushAsync(
            [.. Enumerable.Range(1, 12).Select(x => x * 10_000L)],
            x => x with { WholeBlobLimit = 80_000, ChunkSize = 16_000, Retry = x.Retry with { Budget = TimeSpan.FromHours(1) } });

        Assert.NotEmpty(_notices);
    }

    [Fact]
    public async Task A_blob_that_is_sent_again_in_chunks_has_a_fresh_budget_for_each_of_them()
    {
        var (chunks, finished, failed) = (0, false, false);
        _proxy.Decide = x =>
        {
            if (x.Method != "PATCH") return null;
            if (!finished) return (finished = ++chunks == 15) ? new NetworkFault.DamageRequest() : null;
            return (failed = !failed) ? new NetworkFault.Drop() : null;
        };

        await PushAsync([150_000], x => x with { WholeBlobLimit = 80_000, ChunkSize = 10_000 });

        Assert.Equal("the blob arrived damaged", _notices[0].Reason);
        Assert.Equal(16, _notices.Count);
        Assert.All(_notices, x => Assert.InRange(x.Delay, TimeSpan.Zero, TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task A_registry_that_resumes_no_upload_gets_the_blob_whole_after_two_losses()
    {
        var chunks = 0;
        _proxy.Decide = x => x.Method switch
        {
            "PATCH" when ++chunks % 2 == 0 => new NetworkFault.Drop(),
            "GET" when x.Path.Contains("/uploads/", StringComparison.Ordinal) => new NetworkFault.Answer(404),
            _ => null,
        };

        await PushAsync([150_000], x => x with { WholeBlobLimit = 80_000, ChunkSize = 10_000 });

        Assert.Equal(4, _proxy.Requests.Count(x => x.Method == "PATCH"));
    }

    [Fact]
    public async Task A_download_goes_on_where_it_broke_off()
    {
        var (repository, blob) = await PushedBlobAsync();
        _proxy.Fail(x => x.FetchesBlob, new NetworkFault.TruncateAnswer(40_000), times: 2);
        using var registry = Connect();

        Assert.Equal(blob.Digest, Digest.Of(await registry.ReadBlobAsync(repository, blob, Cancellation)));

        Assert.Equal(3, _proxy.Requests.Count(x => x.FetchesBlob));
    }

    [Fact]
    public async Task A_blob_that_is_damaged_on_the_way_down_is_fetched_again()
    {
        var (repository, blob) = await PushedBlobAsync();
        _proxy.Fail(x => x.FetchesBlob, new NetworkFault.DamageAnswer());
        using var registry = Connect();

        Assert.Equal(blob.Digest, Digest.Of(await registry.ReadBlobAsync(repository, blob, Cancellation)));

        Assert.Equal("the blob arrived damaged", Assert.Single(_notices).Reason);
    }

    [Fact]
    public async Task A_manifest_that_is_damaged_on_the_way_down_is_fetched_again()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        var repository = _proxy.NewRepository();
        using var registry = Connect();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        _proxy.Fail(x => x.Method == "GET", new NetworkFault.DamageAnswer());

        Assert.Equal(layout.Root.Digest, (await registry.GetManifestAsync(repository.WithDigest(layout.Root.Digest), Cancellation)).Digest);
        Assert.Single(_notices);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_registry_has_damaged_is_not_fetched_for_all_of_the_budget(bool isManifest)
    {
        var (repository, blob) = await PushedBlobAsync();
        using var registry = Connect();
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine("small"));
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        _proxy.Decide = x => x.Method == "GET" ? new NetworkFault.DamageAnswer() : null;
        var before = _proxy.Requests.Count(x => x.Method == "GET");

        var error = await Assert.ThrowsAsync<ContentException>(() => isManifest
            ? registry.GetManifestAsync(repository.WithDigest(layout.Root.Digest), Cancellation)
            : registry.ReadBlobAsync(repository, blob, Cancellation));

        Assert.Contains("arrived damaged", error.Message, StringComparison.Ordinal);
        Assert.Equal(before + 2, _proxy.Requests.Count(x => x.Method == "GET"));
    }

    [Fact]
    public async Task A_blob_that_is_not_there_is_said_at_once()
    {
        var (repository, blob) = await PushedBlobAsync();
        using var registry = Connect();

        await Assert.ThrowsAsync<ContentException>(() => registry.ReadBlobAsync(repository, blob with { Digest = Digest.Of([1]) }, Cancellation));

        Assert.Empty(_notices);
    }

    [Fact]
    public async Task A_cancelled_push_ends_at_once_and_leaves_no_upload_open()
    {
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, 300_000, 200_000, 100_000);
        var repository = _proxy.NewRepository();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var delay = TimeSpan.FromMinutes(5);
        _proxy.Decide = x =>
        {
            if (!x.SendsBlob) return null;
            held.TrySetResult();
            return new NetworkFault.Delay(delay);
        };
        using var registry = Connect(x => x with { Retry = x.Retry with { Budget = 2 * delay }, StallTimeout = 2 * delay });

        var push = registry.PushAsync(layout, repository, cancellationToken: cancel.Token);
        await held.Task;
        var since = Stopwatch.StartNew();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => push);

        Assert.True(since.Elapsed < delay, "It waited for the answer.");
        Assert.Equal(0, server.OpenUploads(repository));
        _proxy.Decide = _ => null;
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
    }

    [Fact]
    public async Task A_push_that_fails_for_good_leaves_no_upload_open()
    {
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, 300_000, 200_000, 100_000);
        var repository = _proxy.NewRepository();
        _proxy.Decide = x => x.SendsBlob ? new NetworkFault.Answer(503) : null;
        using var registry = Connect(x => x with { Retry = x.Retry with { Budget = TimeSpan.FromMinutes(1) } });

        var error = await Assert.ThrowsAsync<RetriesExhaustedException>(() => registry.PushAsync(layout, repository, cancellationToken: Cancellation));

        // The delays of all blobs add up, and the budget may end in the middle of an attempt.
        Assert.Matches(
            $"^{_proxy.Domain}: upload of blob sha256:[0-9a-f]{{64}} .* failed: 503 Service Unavailable(, then no answer)?\\. "
            + "[0-9]+ attempts? used up the retry budget of 60 s\\. Check ",
            error.Message);
        Assert.Equal(0, server.OpenUploads(repository));
    }

    private OciRegistry Connect(Func<RegistryOptions, RegistryOptions>? change = null)
    {
        var options = new RegistryOptions
        {
            Credentials = Credentials.None,
            Retry = new RetryOptions
            {
                Budget = TimeSpan.FromSeconds(20),
                FirstDelay = TimeSpan.FromMilliseconds(20),
                Time = _clock,
                Notify = notice =>
                {
                    lock (_notices) _notices.Add(notice);
                },
            },
        };
        return new OciRegistry(_proxy.Domain, change?.Invoke(options) ?? options);
    }

    private Task PushAsync(long layer, Func<RegistryOptions, RegistryOptions>? change = null) => PushAsync([layer], change);

    /// <summary>Pushes a layout with such layers through the proxy, and then looks past it at what has arrived.</summary>
    private async Task PushAsync(long[] layers, Func<RegistryOptions, RegistryOptions>? change = null)
    {
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, layers);
        var repository = _proxy.NewRepository();
        using var registry = Connect(change);

        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);

        using var direct = server.Connect();
        var arrived = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        Assert.Equal(layout.Root.Digest, (await direct.GetManifestAsync(arrived.WithDigest(layout.Root.Digest), Cancellation)).Digest);
        foreach (var blob in (await layout.ReadContentAsync(Cancellation)).Blobs) Assert.Equal(blob.Digest, Digest.Of(await direct.ReadBlobAsync(arrived, blob, Cancellation)));
    }

    private async Task<(ImageReference Repository, Descriptor Blob)> PushedBlobAsync()
    {
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, 100_000);
        var repository = _proxy.NewRepository();
        using var registry = Connect();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        return (repository, (await layout.ReadContentAsync(Cancellation)).Blobs.MaxBy(x => x.Size)!);
    }
}
