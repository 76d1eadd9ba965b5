using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Acci.Delivery.Processes;
using Acci.Oci.Retries;

namespace Acci.Delivery.Signing;

/// <summary>
/// Which of Sigstore's services failed cosign, and how: told from what cosign 3 writes. All of them are asked before anything is written to the
/// registry. Its token service is not among them: the build asks for the token itself.
/// </summary>
/// <param name="Service">The service.</param>
/// <param name="Reason">What it did.</param>
/// <param name="Passing">The failure as a <see cref="RetryPolicy"/> takes it; null where trying again would not help.</param>
internal sealed partial record SigstoreFailure(string Service, string Reason, Exception? Passing)
{
    private const string Fulcio = "Fulcio";
    private const string Rekor = "Rekor";
    private const string Timestamps = "the timestamp authority";
    private const string Tuf = "the TUF repository";
    private const string RootMissing = "was not asked, because nothing says which root to trust it by";
    private const string AnswerPrefix = "answered ";
    private const string Missing = $"{AnswerPrefix}404";
    private const string NoAnswer = "no answer";
    private const string Signing = "Signing artifact";
    private const string SigningBundle = "error signing bundle: ";
    private const string ClosedAnswer = "http: read on closed response body";
    private const int LongestReason = 300;
    private const string Unlike = "gave a page or a text, and no answer of such a service";

    // What a proxy says of the way behind it, which may be another the next time.
    private static readonly string[] PassingRefusals = ["Bad Gateway", "Service Unavailable", "Gateway Timeout", "Too Many Requests", "Internal Server Error", "Request Timeout"];

    /// <summary>What can be done about it, where that is known.</summary>
    private string? Remedy { get; init; }

    /// <summary>Reads what cosign wrote; null where it was no service of Sigstore's that failed.</summary>
    public static SigstoreFailure? Find(string output)
    {
        var error = CosignError.Of(output);
        if (ServiceOf(error) is not { } service) return null;
        // cosign brings the root of the public Sigstore alone. For an unsigned image it only warns that it lacks another, and then asks the public
        // TUF repository, whose failure is the error.
        if (output.Contains("error setting root: ", StringComparison.Ordinal)) return Of(Tuf, RootMissing, passes: false);
        // cosign closes the answer of a service that it has asked three times, and then reads it.
        if (error.Contains(ClosedAnswer, StringComparison.Ordinal)) return Of(service, "answered 429 or 5xx three times", passes: true);
        if (Answered().Match(error) is { Success: true } match)
        {
            var status = int.Parse(match.Groups["status"].ValueSpan, CultureInfo.InvariantCulture);
            if (status >= 400) return Of(service, $"{AnswerPrefix}{status}", TransientException.IsTransient((HttpStatusCode)status));
        }

        if (error.Contains("Client.Timeout exceeded", StringComparison.Ordinal)) return new SigstoreFailure(service, NoAnswer, new TimeoutException($"{service}: {NoAnswer}"));
        if (PassingFailure.Find(error, service) is { } passing) return new SigstoreFailure(service, passing.Message[(service.Length + 2)..], passing);
        if (FromConnection(error, service) is { } unanswered) return unanswered;
        if (Page().IsMatch(error)) return Of(service, Unlike, passes: false);
        var detail = error[(error.LastIndexOf(SigningBundle, StringComparison.Ordinal) is >= 0 and var at ? at + SigningBundle.Length : 0)..];
        return Of(service, $"gave an answer that cosign does not understand ({Redaction.Beginning(detail, LongestReason)})", passes: false);
    }

    /// <summary>
    /// The failure of a cosign that was ended because it went on waiting after its own <c>--timeout</c>, which it heeds neither for TUF nor for the
    /// first version of Rekor.
    /// </summary>
    /// <param name="output">What it had written.</param>
    public static TimeoutException Silence(string output) =>
        new($"{(output.Contains(Signing, StringComparison.Ordinal) ? Rekor : Tuf)}: {NoAnswer}");

    /// <summary>What can be done about a failure that lasts.</summary>
    /// <param name="issuer">Who issued the token that a certificate was asked for with.</param>
    public string Advice(string? issuer) => Remedy is not null ? Remedy
        : Service == Fulcio && issuer is not null && Reason.StartsWith(AnswerPrefix, StringComparison.Ordinal) && Reason != Missing
        ? $"Fulcio gives certificates for tokens of issuers that it knows; this one is of {issuer}. Check that this is the right Fulcio, and this machine's clock."
        : Reason == RootMissing ? "Name its file root.json in TUF_ROOT_JSON, or run `cosign initialize --mirror ADDRESS --root root.json` once, or "
            + "name a trusted root with --sigstore-trusted-root; to sign, also --sigstore-signing-config."
        : "Check that its address is the right one, and that this machine may use it.";

    // No answer of the service's own: cosign quotes what Go's libraries say of the connection.
    private static SigstoreFailure? FromConnection(string error, string service)
    {
        if (Connection().Match(error) is not { Success: true } match) return null;
        var host = match.Groups["host"].Value;
        if (match.Groups["certificate"] is { Success: true, Value: var problem })
        {
            return Of(service, $"has a certificate that this machine does not trust, at {host} ({Redaction.Beginning(problem.Trim(), LongestReason)})", passes: false) with
            {
                Remedy = "Install its certificate authority on this machine. Where the certificate itself is at fault, its operator has to mend it.",
            };
        }

        if (match.Groups["proxy"] is { Success: true, Value: var answer })
        {
            return Of(service, $"was not reached, because the proxy does not let this machine through to {host} ({Redaction.Beginning(answer, LongestReason)})", PassingRefusals.Contains(answer)) with
            {
                Remedy = "Have the proxy allow it, or name the host in NO_PROXY.",
            };
        }

        return Of(service, $"speaks plain http, and no TLS, at {host}", passes: false) with { Remedy = "Check its address, which begins with https." };
    }

    private static SigstoreFailure Of(string service, string reason, bool passes) =>
        new(service, reason, passes ? new TransientException($"{service} {reason}") : null);

    private static string? ServiceOf(string error) =>
        FromTuf().IsMatch(error) ? Tuf
        : !error.Contains(SigningBundle, StringComparison.Ordinal) ? null
        : FromRekor().IsMatch(error) ? Rekor
        : FromFulcio().IsMatch(error) ? Fulcio
        : error.Contains(ClosedAnswer, StringComparison.Ordinal) ? $"{Fulcio} or {Timestamps}"
        : FromTimestamps().IsMatch(error) ? Timestamps
        : null;

    [GeneratedRegex("tuf refresh failed|from TUF|TUF client|TUF remote mirror")]
    private static partial Regex FromTuf();

    [GeneratedRegex(@"/api/v\d/log/entries|adding rekor|\*models\.Error")]
    private static partial Regex FromRekor();

    [GeneratedRegex("/api/v2/signingCert|Fulcio returned|error signing bundle: invalid character")]
    private static partial Regex FromFulcio();

    [GeneratedRegex("timestamp authority returned|error signing bundle: (?:Post \"|asn1: )")]
    private static partial Regex FromTimestamps();

    // Of what a proxy answers Go shows the status's text alone, which may be any. Go's own errors have a colon or a quote, but for those that are named here. Source:
    // Go, net/http, transport.go and client.go.
    [GeneratedRegex(@"""?https://(?<host>[^/""\s]+)[^""\s]*?""?: (?:(?:tls: failed to verify certificate: )?(?<certificate>x509: .*)|http: server gave HTTP response to HTTPS client|(?<="": )(?<proxy>(?!EOF|unexpected EOF|malformed |stopped after |context |\d+ response missing |timeout |connection |use of )[^:""\s][^:""\r\n]{0,120}?)\s*$)", RegexOptions.Multiline)]
    private static partial Regex Connection();

    [GeneratedRegex(@"\*models\.Error\) is not supported by the TextConsumer|invalid character '<'")]
    private static partial Regex Page();

    [GeneratedRegex(@"(?:returned|status(?: code:)?|unexpected response:|log/entries\]\[) ?(?<status>[1-5]\d\d)\b")]
    private static partial Regex Answered();
}
