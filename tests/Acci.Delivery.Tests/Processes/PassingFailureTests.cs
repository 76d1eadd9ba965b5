using Acci.Delivery.Processes;
using Acci.Oci.Retries;

namespace Acci.Delivery.Tests.Processes;

/// <summary>What Docker 28, its graph driver store, BuildKit and cosign 3 write when a registry fails them.</summary>
public class PassingFailureTests
{
    private const string Blob = "sha256:d342f59e9f322b432faca8369960e0725216eee4a5d795f37ae9a267e3e3ae4b";

    [Theory]
    [InlineData("Error response from daemon: unknown: failed to resolve reference \"127.0.0.1:5998/big:1\": unexpected status from HEAD request to http://127.0.0.1:5998/v2/big/manifests/1: 503 Service Unavailable", "503 Service Unavailable")]
    [InlineData($"unknown: failed to copy: httpReadSeeker: failed open: unexpected status from GET request to http://127.0.0.1:5998/v2/big/blobs/{Blob}: 429 Too Many Requests", "429 Too Many Requests")]
    [InlineData("Error response from daemon: received unexpected HTTP status: 500 Internal Server Error", "500 Internal Server Error")]
    [InlineData("Error: signing [x]: PUT http://127.0.0.1:5000/v2/app/manifests/x: unexpected status code 502 Bad Gateway: <html>", "502 Bad Gateway")]
    [InlineData("Error response from daemon: failed to resolve reference \"x\": failed to do request: Head \"https://127.0.0.1:5998/v2/big/manifests/1\": EOF", "EOF")]
    [InlineData("short read: expected 186 bytes but got 100: unexpected EOF", "EOF")]
    [InlineData($"unexpected commit digest {Blob}, expected {Blob}: failed precondition", "unexpected commit digest")]
    [InlineData("read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer", "connection reset by peer")]
    [InlineData("net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)", "Client.Timeout exceeded")]
    public void What_may_be_gone_the_next_time_is_told_in_the_program_s_words(string output, string reason)
    {
        var failure = PassingFailure.Find(output);

        Assert.Equal(reason, Assert.IsType<TransientException>(failure).Message);
        Assert.Equal($"load metadata: {reason}", PassingFailure.Find(output, "load metadata")!.Message);
    }

    [Theory]
    [InlineData("Error response from daemon: failed to resolve reference \"127.0.0.1:5998/big:1\": failed to do request: Head \"https://127.0.0.1:5998/v2/big/manifests/1\": dial tcp 127.0.0.1:5998: connect: connection refused", "connection refused")]
    [InlineData("failed to do request: Head \"https://nowhere.invalid/v2/big/manifests/1\": dial tcp: lookup nowhere.invalid on 127.0.0.53:53: no such host", "no such host")]
    public void A_server_that_is_not_reached_may_not_be_there(string output, string reason) =>
        Assert.Equal(reason, Assert.IsType<NotReachedException>(PassingFailure.Find(output)).Message);

    [Fact]
    public void A_time_limit_that_ran_out_is_silence() => Assert.IsType<TimeoutException>(PassingFailure.Find("Error: signing [x]: Get \"http://127.0.0.1:5000/v2/\": context deadline exceeded"));

    [Theory]
    [InlineData("Error response from daemon: failed to resolve reference \"127.0.0.1:5998/big:1\": 127.0.0.1:5998/big:1: not found")]
    [InlineData("Error response from daemon: unknown: failed to resolve reference \"x\": unexpected status from HEAD request to http://127.0.0.1:5998/v2/big/manifests/1: 401 Unauthorized")]
    [InlineData("unknown: failed to copy: unexpected status from GET request to http://127.0.0.1:5030/v2/big/blobs/x: 403 Forbidden")]
    [InlineData("unexpected status from GET request to http://127.0.0.1:5998/v2/big/manifests/503: 501 Not Implemented")]
    [InlineData("no space left on device")]
    [InlineData("")]
    public void What_lasts_is_nothing_to_try_again(string output) => Assert.Null(PassingFailure.Find(output));
}
