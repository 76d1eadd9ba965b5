using System.Diagnostics;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Oci.Retries;
using Acci.Sigstore.StandIn;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>What Doctor and a dry run try of keyless signing, and what is said to repositories that are not public.</summary>
public sealed class KeylessExaminationTests(SigstoreFixture sigstore) : IClassFixture<SigstoreFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Token_and_services_are_tried_and_nothing_is_signed()
    {
        var findings = await ExamineAsync(sigstore, sigstore.Job());

        Assert.Equal(["Identity token", "Fulcio", "Rekor", "Timestamp authority"], findings.Select(x => x.Name));
        Assert.All(findings, x => Assert.Equal(FindingSeverity.Good, x.Severity));
        Assert.Contains("octo/app/.github/workflows/publish.yml@refs/heads/main, run by octo/app", findings[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain(sigstore.Requests, x => x.Contains(" POST ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/token", 403, "Identity token", FindingSeverity.Fatal, "id-token: write")]
    [InlineData("/fulcio", 503, "Fulcio", FindingSeverity.Notice, "answers 503")]
    [InlineData("/rekor2", 503, "Rekor", FindingSeverity.Notice, "answers 503")]
    public async Task What_fails_is_named(string path, int status, string name, FindingSeverity severity, string text)
    {
        await using var own = new SigstoreFixture();
        await own.InitializeAsync();
        own.Fail(path, new ServiceFault.Status(status));

        var finding = Assert.Single(await ExamineAsync(own, own.Job()), x => x.Severity != FindingSeverity.Good);

        Assert.Equal((name, severity), (finding.Name, finding.Severity));
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_service_that_is_not_there_is_named_as_soon_as_any_other_service()
    {
        using var folder = new TemporaryFolder();
        var budget = TimeSpan.FromMinutes(10);
        using var context = Context(sigstore, sigstore.Job().With(("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:1/?x=1")), folder, budget: budget);
        var begun = Stopwatch.GetTimestamp();

        var findings = await new KeylessExamination(context).RunAsync();

        // The run asks again, so nobody knows yet that it will fail.
        var finding = Assert.Single(findings, x => x.Severity != FindingSeverity.Good);
        Assert.Equal(("Identity token", FindingSeverity.Notice), (finding.Name, finding.Severity));
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, budget / 2);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_named()
    {
        using var folder = new TemporaryFolder();
        var config = folder.Combine("config.json");
        var text = await File.ReadAllTextAsync(sigstore.FileOf("signing_config.rekor2.json"), Cancellation);
        await File.WriteAllTextAsync(config, text.Replace("/fulcio", "/../fulcio", StringComparison.Ordinal).Replace(new Uri(sigstore.Address).Authority + "/..", "127.0.0.1:1", StringComparison.Ordinal), Cancellation);

        var finding = Assert.Single(await ExamineAsync(sigstore, sigstore.Job(), config), x => x.Severity != FindingSeverity.Good);

        Assert.Equal("Fulcio", finding.Name);
        Assert.Contains("http://127.0.0.1:1/fulcio does not answer", finding.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TUF_MIRROR", "/srv/tuf", "TUF", FindingSeverity.Notice, "TUF_MIRROR is '/srv/tuf', which is no https address")]
    [InlineData("TUF_MIRROR", "file:///srv/tuf", "TUF", FindingSeverity.Notice, "which is no https address")]
    [InlineData("TUF_MIRROR", "gs://bucket", "TUF", FindingSeverity.Notice, "which is no https address")]
    [InlineData("TUF_MIRROR", "not an address", "TUF", FindingSeverity.Notice, "which is no https address")]
    [InlineData("TUF_MIRROR", "https://PLAIN/tuf", "TUF", FindingSeverity.Notice, "does not answer (Cannot determine the frame size")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_URL", "file:///x?y=1", "Identity token", FindingSeverity.Fatal, "which is no https address")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_URL", "https://PLAIN/?y=1", "Identity token", FindingSeverity.Fatal, "Cannot determine the frame")]
    public async Task An_address_that_cannot_be_asked_is_a_finding(string variable, string value, string name, FindingSeverity severity, string text)
    {
        using var folder = new TemporaryFolder();
        var job = sigstore.Job().With((variable, value.Replace("PLAIN", new Uri(sigstore.Address).Authority, StringComparison.Ordinal)));
        using var context = Context(sigstore, job, folder);
        using var changed = new DeliveryContext(context.Options with { SigstoreTrustedRoot = null }, Cancellation) { Environment = job };

        var findings = await new KeylessExamination(changed).RunAsync();

        Assert.Contains(findings, x => x.Name == name && x.Severity == severity && x.Text.Contains(text, StringComparison.Ordinal));
        if (variable == "TUF_MIRROR") Assert.DoesNotContain(await new KeylessExamination(context).RunAsync(), x => x.Name == "TUF");
    }

    [Theory]
    [InlineData("private", true)]
    [InlineData("internal", true)]
    [InlineData("public", false)]
    public async Task A_repository_that_is_not_public_is_warned_of_the_public_log(string visibility, bool warns)
    {
        var job = sigstore.Job(("repository_visibility", visibility));
        var identity = await SigningIdentity.Keyless.FromGitHubActionsAsync(job, new RetryOptions(), Cancellation);

        var warning = PublicLog.WarningFor(identity, SigstoreFiles.None, job);

        Assert.Equal(warns, warning is not null);
        if (warns) Assert.Contains("octo/app is not public", warning, StringComparison.Ordinal);
        Assert.Null(PublicLog.WarningFor(identity, new SigstoreFiles("config.json", null), job));
        Assert.Null(PublicLog.WarningFor(identity, SigstoreFiles.None, job.With(("TUF_MIRROR", "https://tuf.example.com"))));
        Assert.Null(PublicLog.WarningFor(new SigningIdentity.Key("cosign.key", null), SigstoreFiles.None, job));
        // The public one may be named as well.
        using var folder = new TemporaryFolder();
        foreach (var (host, isPublic) in new[] { ("fulcio.sigstore.dev", true), ("fulcio.sigstore.dev.example.com", false), ("fulcio.example.com", false) })
        {
            await File.WriteAllTextAsync(folder.Combine("config.json"), $$"""{"caUrls":[{"url":"https://{{host}}"}]}""", Cancellation);
            Assert.Equal(warns && isPublic, PublicLog.WarningFor(identity, new SigstoreFiles(folder.Combine("config.json"), null), job) is not null);
        }

        Assert.Equal(warns, PublicLog.WarningFor(identity, SigstoreFiles.None, job.With(("TUF_MIRROR", "https://tuf-repo-cdn.sigstore.dev"))) is not null);
        // Doctor and a dry run say it, too.
        using var context = Context(sigstore, job, folder);
        using var ofPublic = new DeliveryContext(context.Options with { SigstoreSigningConfig = null, SigstoreTrustedRoot = null }, Cancellation) { Environment = job };
        var findings = await new KeylessExamination(ofPublic) { Services = [] }.RunAsync();
        Assert.Equal(warns, findings.Any(x => x is { Name: "Public log", Severity: FindingSeverity.Notice }));
    }

    [Fact]
    public async Task Doctor_and_a_dry_run_try_them()
    {
        await using var own = new SigstoreFixture();
        await own.InitializeAsync();
        using var folder = new TemporaryFolder();
        using var context = Context(own, own.Job(), folder);
        var scope = new DeliveryScope { Signs = true };
        own.Fail("/token", new ServiceFault.Status(403));

        Assert.Contains(await new Examination(context, scope).RunAsync(), x => x is { Name: "Identity token", Severity: FindingSeverity.Fatal });
        using var other = Context(own, own.Job(), folder);
        var error = await Assert.ThrowsAnyAsync<DeliveryException>(new PreparedVerb(other, scope, new SignImages(other)).PlanAsync);
        Assert.Contains("id-token: write", error.Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<Finding>> ExamineAsync(SigstoreFixture sigstore, ProcessEnvironment job, string? config = null)
    {
        using var folder = new TemporaryFolder();
        using var context = Context(sigstore, job, folder, config);
        return await new KeylessExamination(context).RunAsync();
    }

    private static DeliveryContext Context(SigstoreFixture sigstore, ProcessEnvironment job, TemporaryFolder folder, string? config = null, TimeSpan? budget = null)
    {
        var options = new DeliveryOptions
        {
            Root = folder.Path,
            Artifacts = folder.Combine("artifacts"),
            Images = [],
            Keyless = true,
            RetryBudget = budget ?? TimeSpan.FromSeconds(2),
            SigstoreSigningConfig = config ?? sigstore.FileOf("signing_config.rekor2.json"),
            SigstoreTrustedRoot = sigstore.TrustedRoot,
        };
        return new DeliveryContext(options, Cancellation) { Environment = job };
    }
}
