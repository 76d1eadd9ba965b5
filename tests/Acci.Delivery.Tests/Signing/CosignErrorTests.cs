using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>What cosign 3 ends with, where it failed over the bundles themselves, and where a server failed it.</summary>
public class CosignErrorTests
{
    private const string Begin = "error during command execution: ";
    private const string Stranger = "failed to verify certificate identity: no matching CertificateIdentity found, last error: expected SAN value \"https://github.com/octo/app\", got ";

    [Theory]
    [InlineData("verify-attestation", $"no matching attestations: {Stranger}\"https://github.com/stranger/EOF\"")]
    [InlineData("verify-attestation", $"no matching attestations: {Stranger}\"https://github.com/stranger/app/connection refused.yml\"\n{Stranger}\"https://github.com/stranger/from TUF\"")]
    [InlineData("verify-attestation", $"no matching attestations: {Stranger}\"{Begin}setting trusted material: EOF\"")]
    [InlineData("verify-attestation", "no valid bundles exist in registry: no matching attestations", false)]
    [InlineData("verify-attestation", "GET http://127.0.0.1:5000/v2/no matching attestations/manifests/x: unexpected status code 503 Service Unavailable", false)]
    [InlineData("verify-attestation", "setting trusted material: getting trusted root from TUF for new bundle verification: EOF", false)]
    [InlineData("verify-blob-attestation", $"{Stranger}\"https://github.com/stranger/EOF\"")]
    [InlineData("verify-blob-attestation", "failed to verify log inclusion: validation error: x509: malformed certificate")]
    [InlineData("verify-blob-attestation", "setting trusted material: getting trusted root from TUF for new bundle verification: EOF", false)]
    [InlineData("verify-blob-attestation", "loading verifier from key opts: loading public key: Get \"http://127.0.0.1:9/k\": dial tcp 127.0.0.1:9: connect: connection refused", false)]
    [InlineData("sign", "signing [x]: no matching attestations", false)]
    public void A_verdict_is_told_from_a_failure_by_how_the_error_begins(string verb, string error, bool isVerdict = true)
    {
        var output = $"WARNING: something\nError: {error}\n{Begin}{error}\n";

        Assert.Equal(error, CosignError.Of(output));
        Assert.Equal(isVerdict, CosignError.IsVerdict(verb, output));
    }

    [Theory]
    [InlineData("signing [x]: signing digest: failed to upload manifest: ", "unexpected status code 413 Request Entity Too Large")]
    [InlineData("signing x: writing bundle: failed to upload manifest: ", "TAG_IMMUTABLE: tag is immutable")]
    [InlineData("signing x: writing bundle: failed to upload manifest: ", "DENIED: no")]
    [InlineData("signing x: writing bundle: failed to upload manifest: ", "UNAUTHORIZED: authentication required", false)]
    [InlineData("signing x: writing bundle: failed to upload layer: ", "unexpected status code 413 Request Entity Too Large", false)]
    public async Task A_list_that_may_not_be_written_is_told_as_such(string step, string reason, bool isList = true)
    {
        using var folder = new TemporaryFolder();
        var tag = $"sha256-{new string('a', 64)}";
        var error = $"{step}PUT http://127.0.0.1:5000/v2/app/manifests/{tag}: {reason}";
        var program = folder.Combine("cosign");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nprintf '%s\\n' 'Error: {error}' '{Begin}{error}' >&2\nexit 1\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var run = new CosignRun("cosign sign of x", new RetryOptions { Budget = TimeSpan.Zero });

        var failure = await Assert.ThrowsAnyAsync<DeliveryException>(() => run.RunAsync(_ => Task.FromResult(new Command(program, ["sign"])), TestContext.Current.CancellationToken));

        if (isList) Assert.StartsWith($"cosign sign of x failed: the registry does not let the tag {tag} be written ({reason}). ", failure.Message, StringComparison.Ordinal);
        else Assert.IsType<CommandFailedException>(failure);
    }

    [Theory]
    [InlineData("no valid bundles exist in registry", true)]
    [InlineData("unsupported: trusted root path", true)]
    [InlineData("no matching attestations:", true)]
    [InlineData("no matching attestations: ", true)]
    [InlineData($"no matching attestations: {Stranger}\"no signatures found\"", false)]
    public void That_nothing_is_there_is_told_from_what_is_said_of_it(string error, bool isAbsence) =>
        Assert.Equal(isAbsence, CosignError.IsAbsence($"WARNING: something\nError: {error}\n{Begin}{error}\n"));

    [Theory]
    [InlineData("no valid bundles exist in registry")]
    [InlineData("no signatures found for x")]
    [InlineData("none of the attestations matched the predicate type: https://spdx.dev/Document, found: ")]
    [InlineData("no matching attestations: ")]
    [InlineData($"no matching attestations: {Stranger}\"no signatures found\"")]
    [InlineData("GET https://registry/token: 503 Service Unavailable", false)]
    [InlineData("setting trusted material: no signatures found", false)]
    public void A_refusal_is_told_from_a_failure_by_how_the_error_begins(string error, bool isRefusal = true) =>
        Assert.Equal(isRefusal, CosignError.IsRefusal($"WARNING: something\nError: {error}\n{Begin}{error}\n"));

    // Of an image without any bundle cosign looks for signatures of the old format, and asks the public Sigstore's TUF for what verifies those.
    [Theory]
    [InlineData("", "the TUF repository: no such host")]
    [InlineData("Error from TUF: error setting TUF options: error setting root: could not find cached root.json", null)]
    public void A_TUF_repository_that_is_asked_for_old_signatures_is_named(string warning, string? passing)
    {
        const string error = "setting up clients and keys: getting rekor public keys: updating local metadata and targets: "
            + "error updating to TUF remote mirror: tuf: failed to download 13.root.json: Get \"https://tuf-repo-cdn.sigstore.dev/13.root.json\": dial tcp: lookup tuf-repo-cdn.sigstore.dev: no such host";

        var failure = SigstoreFailure.Find($"WARNING: {warning}\nError: {error}\n{Begin}{error}\n");

        Assert.Equal("the TUF repository", failure?.Service);
        Assert.Equal(passing, failure?.Passing?.Message);
    }
}
