using System.Net;
using System.Net.Sockets;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Oci.Tests.Retries;

/// <summary>What is tried again, for how long, and what is said about it.</summary>
public sealed class RetryPolicyTests
{
    private readonly List<RetryNotice> _notices = [];
    private readonly TestClock _clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<Exception> Passing =>
    [
        new TransientException("the blob arrived damaged"),
        new TimeoutException("no answer within 60 s"),
        new HttpRequestException(HttpRequestError.ConnectionError, "refused", new SocketException((int)SocketError.ConnectionRefused)),
        new HttpRequestException(HttpRequestError.NameResolutionError),
        new HttpRequestException("503", null, HttpStatusCode.ServiceUnavailable),
        new HttpRequestException("Error while copying content to a stream.", new IOException("pipe", new SocketException((int)SocketError.ConnectionReset))),
        new HttpRequestException("An error occurred while sending the request.", new IOException("Received an unexpected EOF or 0 bytes from the transport stream.")),
        new HttpIOException(HttpRequestError.ResponseEnded),
        new IOException("reset", new SocketException((int)SocketError.ConnectionReset)),
        new TaskCanceledException("timeout", new TimeoutException("no answer")),
    ];

    public static TheoryData<Exception> Lasting =>
    [
        new DeliveryException("no"),
        new HttpRequestException("404", null, HttpStatusCode.NotFound),
        new HttpRequestException("501", null, HttpStatusCode.NotImplemented),
        new HttpRequestException(HttpRequestError.SecureConnectionError, "tls", new System.Security.Authentication.AuthenticationException("The certificate is not trusted")),
        new IOException("No space left on device"),
        new FileNotFoundException("gone"),
        new InvalidOperationException("a bug"),
    ];

    [Theory]
    [InlineData(503, true)]
    [InlineData(429, false)]
    public async Task A_refusal_decides_unless_an_attempt_before_it_was_left_open(int status, bool isUndecided)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        var failure = TransientException.From(response);
        var policy = Policy(TimeSpan.FromSeconds(10));

        // What was thrown within the attempt knew nothing of those before it.
        var refused = await Assert.ThrowsAsync<DeliveryException>(() => policy.RunAsync<int>(
            "a test", attempt => throw (attempt.Number < 2 ? failure : new DeliveryException("no") { IsUndecided = !isUndecided }), Cancellation));
        var exhausted = await Assert.ThrowsAsync<RetriesExhaustedException>(() => policy.RunAsync<int>("a test", _ => throw failure, Cancellation));

        Assert.Equal((isUndecided, isUndecided), (refused.IsUndecided, exhausted.IsUndecided));
    }

    [Theory]
    [MemberData(nameof(Passing), DisableDiscoveryEnumeration = true)]
    public async Task What_may_pass_is_tried_again(Exception failure)
    {
        var attempts = 0;

        var result = await Policy(TimeSpan.FromSeconds(10)).RunAsync("a test", attempt => attempts++ < 2 ? throw failure : Task.FromResult(attempt.Number), Cancellation);

        Assert.Equal(3, result);
        Assert.Equal([1, 2], _notices.Select(x => x.FailedAttempts));
        Assert.All(_notices, x => Assert.DoesNotContain('\n', x.ToString()));
    }

    [Fact]
    public async Task A_server_that_was_never_reached_is_given_up_soon_and_one_that_was_is_not()
    {
        var policy = new RetryPolicy(new RetryOptions { Budget = TimeSpan.FromMinutes(2), Time = _clock }.ForFirstContact());
        var start = _clock.GetTimestamp();

        var failure = await Assert.ThrowsAsync<RetriesExhaustedException>(() => policy.RunAsync<int>("a test", _ => throw new NotReachedException("no such host"), Cancellation));

        Assert.Matches(@"^a test failed: no such host\. \d+ attempts within 5 s reached no server; the address may be wrong\. ", failure.Message);
        Assert.InRange(_clock.GetElapsedTime(start), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

        start = _clock.GetTimestamp();
        failure = await Assert.ThrowsAsync<RetriesExhaustedException>(() =>
            policy.RunAsync<int>("a test", x => throw (x.Number == 1 ? new TransientException("503") : new NotReachedException("connection refused")), Cancellation));

        Assert.Contains("used up the retry budget of 120 s", failure.Message, StringComparison.Ordinal);
        Assert.True(_clock.GetElapsedTime(start) > TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_wait_that_no_longer_fits_is_not_one_that_never_did()
    {
        var error = await Assert.ThrowsAsync<RetriesExhaustedException>(
            () => Policy(TimeSpan.FromSeconds(10)).RunAsync<int>("a test", _ => throw new TransientException("429", TimeSpan.FromSeconds(3)), Cancellation));

        Assert.Contains("4 attempts used up the retry budget of 10 s", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("left alone", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Lasting), DisableDiscoveryEnumeration = true)]
    public async Task What_will_not_pass_is_said_at_once(Exception failure)
    {
        Assert.Same(failure, await Assert.ThrowsAnyAsync<Exception>(() => Policy(TimeSpan.FromSeconds(10)).RunAsync<int>("a test", _ => throw failure, Cancellation)));
        Assert.Empty(_notices);
    }

    [Fact]
    public async Task The_budget_ends_it_and_the_error_says_everything()
    {
        var begun = _clock.GetTimestamp();

        var error = await Assert.ThrowsAsync<RetriesExhaustedException>(
            () => Policy(TimeSpan.FromSeconds(0.5)).RunAsync<int>("ghcr.io: push of acci", _ => throw new TimeoutException("no answer within 60 s"), Cancellation));

        Assert.InRange(_clock.GetElapsedTime(begun), TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.5));
        Assert.Matches("^ghcr\\.io: push of acci failed: no answer within 60 s\\. [0-9]+ attempts used up the retry budget of 0\\.5 s\\. Check the network and the service, then run the same command again\\.$", error.Message);
        Assert.IsType<TimeoutException>(error.InnerException);
    }

    [Fact]
    public async Task An_attempt_that_the_end_of_the_budget_cuts_off_does_not_hide_what_failed_before()
    {
        var policy = new RetryPolicy(new RetryOptions { Budget = TimeSpan.FromSeconds(2), BoundsAttempts = true, Time = _clock });

        var error = await Assert.ThrowsAsync<RetriesExhaustedException>(() => policy.RunAsync(
            "a test",
            async attempt =>
            {
                if (attempt.Number == 1) throw new SocketException((int)SocketError.ConnectionRefused);
                _clock.Advance(TimeSpan.FromSeconds(2));
                await Task.Delay(Timeout.Infinite, attempt.CancellationToken);
            },
            Cancellation));

        Assert.StartsWith("a test failed: connection refused, then no answer. 2 attempts used up ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_budget_nothing_is_tried_again()
    {
        var attempts = 0;

        await Assert.ThrowsAsync<RetriesExhaustedException>(() => Policy(TimeSpan.Zero).RunAsync<int>(
            "a test",
            _ =>
            {
                attempts++;
                throw new TransientException("no");
            },
            Cancellation));

        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task An_operation_that_gets_on_in_steps_has_a_budget_for_each()
    {
        var step = 0;
        var begun = _clock.GetTimestamp();

        // Twenty failures of a tenth of a second do not fit in one budget of half a second.
        await Policy(TimeSpan.FromSeconds(0.5)).RunAsync("a test", attempt =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            attempt.Progressed();
            return ++step < 20 ? throw new TransientException("broke off") : Task.FromResult(step);
        }, Cancellation);

        Assert.True(_clock.GetElapsedTime(begun) >= TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Cancelling_ends_the_delay()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var run = new RetryPolicy(new RetryOptions { Notify = _ => cancel.Cancel(), Time = new TestClock { PassesByItself = false } }).RunAsync<int>("a test", _ => throw new TransientException("later", TimeSpan.FromSeconds(60)), cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
    }

    [Fact]
    public void Delays_grow_and_spread()
    {
        var options = new RetryOptions();

        Assert.Equal(TimeSpan.FromSeconds(5), options.MaximumDelay);
        Assert.Equal(TimeSpan.FromSeconds(0.5), (options with { Budget = TimeSpan.FromSeconds(2) }).MaximumDelay);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData("a date that is past")]
    public async Task A_service_that_may_be_asked_again_at_once_is_not_asked_without_a_pause(string? retryAfter)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        if (retryAfter is not null) response.Headers.TryAddWithoutValidation("Retry-After", retryAfter == "0" ? "0" : _clock.GetUtcNow().AddMinutes(-1).ToString("R"));

        await Policy(TimeSpan.FromSeconds(10)).RunAsync("a test", attempt => attempt.Number < 4 ? throw TransientException.From(response, time: _clock) : Task.FromResult(0), Cancellation);

        Assert.All(_notices, notice => Assert.True(notice.Delay >= TimeSpan.FromMilliseconds(5), notice.ToString()));
    }

    [Fact]
    public void A_service_may_say_at_what_time_it_is_to_be_asked_again()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        response.Headers.TryAddWithoutValidation("Retry-After", _clock.GetUtcNow().AddSeconds(30).ToString("R"));

        Assert.Equal(TimeSpan.FromSeconds(30), TransientException.From(response, time: _clock).RetryAfter);
    }

    [Fact]
    public async Task An_attempt_ends_with_the_budget_unless_it_gets_on()
    {
        var policy = new RetryPolicy(new RetryOptions { Budget = TimeSpan.FromSeconds(0.5), FirstDelay = TimeSpan.FromMilliseconds(10), BoundsAttempts = true, Time = _clock });

        await Assert.ThrowsAsync<RetriesExhaustedException>(() => policy.RunAsync("a test", attempt => HangAsync(attempt, moves: false), Cancellation));

        await policy.RunAsync("a test", attempt => HangAsync(attempt, moves: true), Cancellation);

        async Task HangAsync(Attempt attempt, bool moves)
        {
            if (attempt.Number == 1) throw new TransientException("the connection broke off");
            if (moves) attempt.Moved();
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(moves ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, attempt.CancellationToken);
        }
    }

    private RetryPolicy Policy(TimeSpan budget) => new(new RetryOptions { Budget = budget, FirstDelay = TimeSpan.FromMilliseconds(10), Notify = _notices.Add, Time = _clock });
}
