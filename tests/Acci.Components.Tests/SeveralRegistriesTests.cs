using System.Text.Json.Nodes;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Registries;
using Acci.Testing;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>One publish to two real registries, signed and verified by the real cosign in each.</summary>
public sealed class SeveralRegistriesTests(RegistryServer server) : IClassFixture<RegistryServer>, IAsyncLifetime
{
    private readonly RegistryServer _second = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _second.InitializeAsync();

    public ValueTask DisposeAsync() => _second.DisposeAsync();

    [Fact]
    public async Task An_image_is_published_verified_promoted_and_rolled_back_in_each()
    {
        using var checkout = await CheckoutAsync();
        using var first = server.Connect();
        using var second = _second.Connect();
        var places = new[] { (Registry: first, Repository: checkout.Repository), (Registry: second, Repository: ImageReference.Parse($"{_second.Domain}/team/app")) };
        checkout.RegistryArgument = $"{checkout.RegistryArgument},{_second.Domain}/team";

        var run = await RunAsync(checkout, "Publish");
        var (record, built) = (checkout.Record, checkout.Built);
        var copy = Assert.Single(record.Copies!);
        Assert.Equal(places.Select(x => x.Repository.Repository), [record.Repository, copy.Repository]);
        Assert.Equal(record.Tags, copy.Tags);
        Assert.Equal(2, CommandsOf(run).Count);
        foreach (var (place, verify) in places.Zip(CommandsOf(run)))
        {
            Assert.Equal(built, await AtAsync(place, "main"));
            Assert.Contains($"{place.Repository}@{built}", verify, StringComparison.Ordinal);
            var typed = await checkout.TypedAsync(verify);
            Assert.True(typed.Succeeded, typed.StandardError);
        }

        var summary = await File.ReadAllTextAsync(Path.Combine(checkout.Root, "artifacts", "publish", "summary.md"), Cancellation);
        foreach (var (_, repository) in places) Assert.Contains($"docker run --rm --read-only --cap-drop ALL {repository}@{built}", summary, StringComparison.Ordinal);

        // What is done is not done again.
        var again = await RunAsync(checkout, "Publish");
        Assert.Contains($"{places[1].Repository}@{built} is in the registry already", again.Output, StringComparison.Ordinal);
        Assert.Contains("in 2 registries", checkout.Record.Steps[Delivery.Publishing.PublishStep.Verify].Result, StringComparison.Ordinal);

        await RunAsync(checkout, "VerifyImages");
        await RunAsync(checkout, "PromoteImages", "--promote-from", "main", "--promote-to", "stable");
        foreach (var place in places) Assert.Equal(built, await AtAsync(place, "stable"));

        // Another image, and back.
        await checkout.WillBuildAsync("two");
        await RunAsync(checkout, "Publish");
        await RunAsync(checkout, "PromoteImages", "--promote-from", "main", "--promote-to", "stable");
        foreach (var place in places) Assert.Equal(checkout.Built, await AtAsync(place, "stable"));
        await RunAsync(checkout, "PromoteImages", "--promote-rollback", "--promote-to", "stable");
        foreach (var place in places) Assert.Equal(built, await AtAsync(place, "stable"));

        // Of what one registry lost, the other's is no proof.
        Directory.Delete(Path.Combine(_second.Data, "docker", "registry", "v2", "repositories", "team", "app", "_manifests", "tags", $"sha256-{checkout.Built.Hex}"), recursive: true);
        _second.Kill();
        await _second.StartAsync();
        var lost = await checkout.RunAsync("VerifyImages", "--retry-budget", "10");
        Assert.NotEqual(0, lost.ExitCode);
        Assert.Contains($"{_second.Domain}/team/app", lost.Output + lost.Errors, StringComparison.Ordinal);
        await RunAsync(checkout, "Publish");
        await RunAsync(checkout, "VerifyImages");
    }

    // As ghcr.io beside a registry of a company: only the second one's authority has to be named to programs and readers.
    [Theory]
    [InlineData("certs.d")]
    [InlineData("--registry-ca")]
    public async Task One_of_them_has_a_certificate_of_a_company_s_own_authority(string by)
    {
        var address = Forwarder.OwnAddress;
        Assert.SkipWhen(address is null, "This machine has no address but loopback.");
        using var folder = new TemporaryFolder();
        var authority = new TestAuthority(folder.Combine("authority"));
        await using var behind = await authority.StartRegistryAsync(address!);
        using var company = new Forwarder(address!, behind.Domain);
        using var checkout = await CheckoutAsync();
        var there = ImageReference.Parse($"{company.Domain}/team/app");
        checkout.RegistryArgument = $"{checkout.RegistryArgument},{company.Domain}/team";
        string[] named = by == "certs.d" ? [] : [by, authority.CertificateFile];
        if (named.Length > 0) Assert.SkipUnless((await checkout.RunAsync("--help")).Output.Contains(by, StringComparison.Ordinal), "The sample build does not compose IHazRegistryAuthority.");
        else File.Copy(authority.CertificateFile, Path.Combine(Directory.CreateDirectory(Path.Combine(checkout.Home, ".docker", "certs.d", company.Domain)).FullName, "ca.crt"));

        var run = await RunAsync(checkout, ["Publish", .. named]);

        ImageReference[] places = [checkout.Repository, there];
        Assert.Equal(places.Select(x => x.ToString()), checkout.Record.Copies!.Select(x => x.Repository).Prepend(checkout.Record.Repository));
        Assert.Equal(["main"], checkout.Record.Tags.Intersect(checkout.Record.Copies![0].Tags).Intersect(["main"]));
        foreach (var (place, verify) in places.Zip(CommandsOf(run)))
        {
            Assert.Contains($"{place}@{checkout.Built}", verify, StringComparison.Ordinal);
            Assert.Equal(place == there, verify.Contains("--registry-cacert", StringComparison.Ordinal));
            var typed = await checkout.TypedAsync(verify);
            Assert.True(typed.Succeeded, typed.StandardError);
        }

        var summary = await File.ReadAllTextAsync(Path.Combine(checkout.Root, "artifacts", "publish", "summary.md"), Cancellation);
        Assert.Contains($"# registry-ca.crt is the certificate of the authority of {company.Domain}", summary, StringComparison.Ordinal);
        await RunAsync(checkout, ["VerifyImages", .. named]);
        await RunAsync(checkout, ["PromoteImages", "--promote-from", "main", "--promote-to", "stable", .. named]);
        using var first = server.Connect();
        foreach (var tag in (string[])["main", "stable"])
        {
            Assert.Equal(checkout.Built, await AtAsync((first, checkout.Repository), tag));
            var link = Path.Combine(behind.Data, "docker", "registry", "v2", "repositories", "team", "app", "_manifests", "tags", tag, "current", "link");
            Assert.Equal($"{checkout.Built}", await File.ReadAllTextAsync(link, Cancellation));
        }

        // Without the authority, nothing is built.
        foreach (var file in Directory.Exists(Path.Combine(checkout.Home, ".docker")) ? Directory.GetFiles(checkout.Home, "ca.crt", SearchOption.AllDirectories) : []) File.Delete(file);
        var bakes = checkout.Started.Count(IsBake);
        var stranger = await checkout.RunAsync("Publish", "--retry-budget", "5");
        Assert.NotEqual(0, stranger.ExitCode);
        Assert.Contains($"The registry {company.Domain} has a certificate that this machine does not trust", stranger.Output + stranger.Errors, StringComparison.Ordinal);
        Assert.Equal(bakes, checkout.Started.Count(IsBake));
    }

    [Fact]
    public async Task What_is_in_the_first_alone_is_promoted_in_both_with_its_signatures()
    {
        using var checkout = await CheckoutAsync();
        await RunAsync(checkout, "Publish");
        using var second = _second.Connect();
        checkout.RegistryArgument = $"{checkout.RegistryArgument},{_second.Domain}/other";

        await RunAsync(checkout, "PromoteImages", "--promote-from", "main", "--promote-to", "stable");

        Assert.Equal(checkout.Built, await AtAsync((second, ImageReference.Parse($"{_second.Domain}/other/app")), "stable"));
        // The record is of a publish to the first alone.
        var verify = await checkout.RunAsync("VerifyImages", "--retry-budget", "10");
        Assert.Contains($"was built for {checkout.Repository}, and this build is for {checkout.Repository}, {_second.Domain}/other/app", verify.Output + verify.Errors, StringComparison.Ordinal);
    }

    // As an interrupted copy leaves it: an image travels before what refers to it.
    [Fact]
    public async Task An_image_that_a_further_one_has_without_signatures_gets_them_with_the_next_promotion()
    {
        using var checkout = await CheckoutAsync();
        await RunAsync(checkout, "Publish");
        using var second = _second.Connect();
        var there = ImageReference.Parse($"{_second.Domain}/half/app");
        await second.PushAsync(await OciLayout.OpenAsync(Path.Combine(checkout.Root, "artifacts", "images", "app"), Cancellation), there, cancellationToken: Cancellation);
        checkout.RegistryArgument = $"{checkout.RegistryArgument},{_second.Domain}/half";

        await RunAsync(checkout, "PromoteImages", "--promote-from", "main", "--promote-to", "stable");

        Assert.Equal(checkout.Built, await AtAsync((second, there), "stable"));
    }

    [Fact]
    public async Task No_tag_moves_in_the_first_where_the_second_takes_none()
    {
        await using var proxy = await FaultProxy.StartAsync(_second);
        using var checkout = await CheckoutAsync();
        using var first = server.Connect();
        await RunAsync(checkout, "Publish");
        var before = checkout.Built;
        await checkout.WillBuildAsync("two");
        checkout.RegistryArgument = $"{checkout.RegistryArgument},{proxy.Domain}/team";
        proxy.Decide = request => request.Method == "PUT" && request.Path.EndsWith("/manifests/main", StringComparison.Ordinal) ? new NetworkFault.Answer(403) : null;

        var run = await checkout.RunAsync("Publish", "--retry-budget", "10");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("Every tag is where it was before.", run.Output + run.Errors, StringComparison.Ordinal);
        Assert.Equal(before, await AtAsync((first, checkout.Repository), "main"));
        proxy.Decide = _ => null;
        await RunAsync(checkout, "Publish");
        Assert.Equal(checkout.Built, await AtAsync((first, checkout.Repository), "main"));
    }

    [Fact]
    public async Task A_second_one_that_does_not_answer_is_said_before_anything_is_built()
    {
        using var checkout = await CheckoutAsync();
        checkout.RegistryArgument = $"{checkout.RegistryArgument},127.0.0.1:1/team";

        var run = await checkout.RunAsync("Publish", "--retry-budget", "2");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("The registry 127.0.0.1:1 cannot be reached", run.Output + run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(checkout.Started, IsBake);
    }

    [Fact]
    public async Task Later_jobs_are_told_of_the_others()
    {
        using var checkout = await CheckoutAsync();
        var outputs = Path.Combine(checkout.Home, "outputs");
        await File.WriteAllTextAsync(outputs, "", Cancellation);
        (checkout.Variables["GITHUB_OUTPUT"], checkout.Variables["GITHUB_ACTIONS"]) = (outputs, "true");
        await RunAsync(checkout, "Publish");
        Assert.DoesNotContain("copies", await File.ReadAllTextAsync(outputs, Cancellation), StringComparison.Ordinal);
        checkout.RegistryArgument = $"{checkout.RegistryArgument},{_second.Domain}/team";

        await RunAsync(checkout, "Publish");

        var images = (await File.ReadAllTextAsync(outputs, Cancellation)).Split('\n').Last(x => x.StartsWith("[{", StringComparison.Ordinal) || x.StartsWith("images=[{", StringComparison.Ordinal));
        var image = JsonNode.Parse(images[images.IndexOf('[', StringComparison.Ordinal)..])!.AsArray()[0]!;
        Assert.Equal(checkout.Repository.ToString(), (string?)image["image"]);
        Assert.Equal($"{_second.Domain}/team/app", (string?)image["copies"]![0]!["image"]);
    }

    private static bool IsBake((string Program, string Arguments, string Environment) started) =>
        started.Program == "docker" && started.Arguments.Contains("bake\n", StringComparison.Ordinal);

    private async Task<SampleCheckout> CheckoutAsync()
    {
        Assert.SkipUnless(Executables.Find("cosign") is not null || PrivateEngine.CanFetchPackages, "cosign is not here.");
        return await SampleCheckout.CreateAsync(server, null, await new PrivateTools(new EngineScripts(CacheDirectory.Default)).CosignAsync(Cancellation));
    }

    private static async Task<BuildRun> RunAsync(SampleCheckout checkout, params string[] arguments)
    {
        var run = await checkout.RunAsync([.. arguments, "--retry-budget", "30"]);
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        return run;
    }

    // The lines of the table from "Verify" to "Run".
    private static List<string> CommandsOf(BuildRun run) =>
    [
        .. run.Output.Split('\n').SkipWhile(x => !x.StartsWith("Verify ", StringComparison.Ordinal)).TakeWhile(x => !x.StartsWith("Run ", StringComparison.Ordinal))
            .Select(x => x["Verify ".Length..].Trim()),
    ];

    private static async Task<Digest?> AtAsync((OciRegistry Registry, ImageReference Repository) place, string tag) =>
        (await place.Registry.FindAsync(place.Repository.WithTag(tag), Cancellation))?.Digest;
}
