using Acci.Delivery.Images.Tags;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.Versioning;
using Acci.Oci;
using Acci.Oci.Manifests;
using NuGet.Versioning;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>Each reason that keeps an image on this machine, for each verb that would let it go. That an unsigned image is not promoted is in <see cref="PromotionTests"/>.</summary>
public sealed class DeparturePolicyTests
{
    private static readonly Digest Image = Digest.Of([1]);
    private static readonly DeparturePolicy There = new(Destination.Parse("ghcr.io/octo"));

    private static readonly PublishRecord Fine = new()
    {
        Image = "app",
        Digest = Image,
        Repository = "ghcr.io/octo/app",
        Version = "1.2.3",
        Revision = "abc",
        Platforms = [],
        Steps = Enum.GetValues<PublishStep>().ToDictionary(x => x, _ => new StepResult(DateTimeOffset.UnixEpoch, 1, "done")),
    };

    private static readonly Dictionary<string, Func<PublishRecord, Task>> Verbs = new()
    {
        ["publish"] = record =>
        {
            There.EnsureMayBePushed(record, Manifest(record.StandIns));
            There.EnsureMayBeTagged(record, new VersionInfo { Version = SemanticVersion.Parse("1.2.3"), Revision = "abc" });
            return Task.CompletedTask;
        },
        ["promote"] = record =>
        {
            var image = Manifest(record.StandIns);
            There.EnsureMayBePromoted(ImageReference.Parse("127.0.0.1:5600/app:1"), image, record with { Digest = image.Digest });
            DeparturePolicy.EnsureMayBeCalled(ImageReference.Parse("app"), ImageVersion.Parse(record.Version), [[ImageVersion.Parse("1.2.3")]]);
            return Task.CompletedTask;
        },
        ["release"] = record =>
        {
            new DeparturePolicy("github.com", isThisMachine: false).EnsureMayBeReleased(record, Manifest(record.StandIns), "v1.2.3", "1.2.3", "abc");
            return Task.CompletedTask;
        },
        ["deploy"] = record => Swarm(isThisMachine: false).EnsureMayBeDeployedAsync(
            ImageReference.Parse("ghcr.io/octo/app").WithDigest(Image), record, () => Task.FromResult(Manifest(record.StandIns)), _ => Task.CompletedTask),
    };

    [Theory]
    [InlineData("127.0.0.1:5000/app", "ghcr.io/octo/app", true)]
    [InlineData("ghcr.io/octo/app", "127.0.0.1:5000/app", true)]
    [InlineData("127.0.0.1:5000/app", "localhost:5001/app", false)]
    public void A_release_needs_one_registry_that_others_reach(string first, string second, bool may)
    {
        var record = Fine with { Repository = first, Copies = [new PublishedCopy { Repository = second }] };

        void Release() => new DeparturePolicy("github.com", isThisMachine: false).EnsureMayBeReleased(record, Manifest([]), "v1.2.3", "1.2.3", "abc");
        if (may) Release();
        else Assert.Contains("which nobody else can reach", Assert.Throws<DeliveryException>(Release).Message, StringComparison.Ordinal);
    }

    private static readonly Dictionary<string, Func<PublishRecord, PublishRecord>> Reasons = new()
    {
        ["stand-ins for debian"] = x => x with { StandIns = ["debian"] },
        ["scanned"] = x => Without(x, PublishStep.Scan) with { NotScanned = "no scanner" },
        ["SmokeTest"] = x => Without(x, PublishStep.SmokeTest),
        ["which is after now"] = x => x with { Steps = new Dictionary<PublishStep, StepResult>(x.Steps) { [PublishStep.Scan] = new(DateTimeOffset.UtcNow.AddDays(2), 1, "done") } },
        ["may contain a secret"] = x => x with { ContextSecret = "deploy/compose/secrets/prod/PASSWORD" },
        ["differs from the commit of v1.2.3"] = x => x with { ChangedSince = "v1.2.3" },
        ["Sign"] = x => Without(x, PublishStep.Sign),
        ["Verify"] = x => Without(x, PublishStep.Verify),
        ["1.2.4"] = x => x with { Version = "1.2.4" },
        ["def"] = x => x with { Revision = "def" },
    };

    [Theory]
    [InlineData("publish", "stand-ins for debian", "may contain a secret", "SmokeTest", "scanned", "which is after now", "differs from the commit of v1.2.3", "Sign", "1.2.4", "def")]
    [InlineData("promote", "stand-ins for debian", "may contain a secret", "SmokeTest", "scanned", "which is after now", "differs from the commit of v1.2.3", "1.2.4")]
    [InlineData("release", "stand-ins for debian", "may contain a secret", "SmokeTest", "scanned", "which is after now", "differs from the commit of v1.2.3", "Sign", "Verify", "1.2.4", "def")]
    [InlineData("deploy", "stand-ins for debian", "may contain a secret", "SmokeTest", "scanned", "which is after now", "differs from the commit of v1.2.3", "Sign", "Verify")]
    public async Task Each_verb_asks_for_all_that_it_can_know(string verb, params string[] reasons)
    {
        await Verbs[verb](Fine);

        foreach (var reason in reasons)
        {
            var error = await Assert.ThrowsAsync<DeliveryException>(() => Verbs[verb](Reasons[reason](Fine)));
            Assert.Contains(reason is "Sign" or "Verify" && verb != "publish" ? "not signed and verified" : reason, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_image_whose_definition_says_why_it_is_not_smoke_tested_goes_everywhere()
    {
        foreach (var verb in Verbs.Values) await verb(Without(Fine, PublishStep.SmokeTest) with { NotSmokeTested = "it needs a camera" });
    }

    [Fact]
    public async Task What_stays_on_this_machine_may_be_made_from_stand_ins_unscanned_where_there_is_no_scanner_and_dirty()
    {
        var record = Reasons["scanned"](Fine) with { StandIns = ["debian"], ChangedSince = "v1.2.3" };
        var here = Destination.Parse("127.0.0.1:5600");

        new DeparturePolicy(here).EnsureMayBePushed(record, Manifest(["debian"]));
        new DeparturePolicy(here).EnsureMayBePromoted(ImageReference.Parse("127.0.0.1:5600/app:1"), Manifest(["debian"]), null);
        await Swarm(isThisMachine: true).EnsureMayBeDeployedAsync(ImageReference.Parse("127.0.0.1:5600/app").WithDigest(Image), record, () => throw new InvalidOperationException("Nothing is asked."), _ => throw new InvalidOperationException("Nothing is asked."));

        Assert.Throws<DeliveryException>(() => new DeparturePolicy(here) { IsScanRequired = true }.EnsureMayBePushed(record, Manifest([])));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(7, true)]
    public void An_old_scan_keeps_an_image_here_until_it_is_scanned_again(int? hours, bool isRefused)
    {
        var age = hours is { } old ? TimeSpan.FromHours(old) : (TimeSpan?)null;
        var policy = new DeparturePolicy(Destination.Parse("ghcr.io/octo")) { FindOldScan = _ => age };
        Action[] ways = [() => policy.EnsureMayBePushed(Fine, Manifest([])), () => policy.EnsureMayBePromoted(ImageReference.Parse("127.0.0.1:5600/app:1"), Manifest([]), Fine with { Digest = Manifest([]).Digest })];

        foreach (var problem in ways.Select(Record.Exception)) Assert.Equal(isRefused, problem?.Message.Contains("was scanned 7 h 0 min ago, which is too long", StringComparison.Ordinal) is true);
        new DeparturePolicy(Destination.Parse("127.0.0.1:5600")) { FindOldScan = _ => age }.EnsureMayBePushed(Fine, Manifest([]));
    }

    [Fact]
    public void Uncommitted_changes_leave_this_machine_only_where_that_is_said()
    {
        var dirty = Fine with { ChangedSince = "v1.2.3" };
        var there = Destination.Parse("ghcr.io/octo");

        new DeparturePolicy(there) { AllowsDirty = true }.EnsureMayBePushed(dirty, Manifest([]));
        Assert.Contains(
            "--allow-dirty", Assert.Throws<DeliveryException>(() => new DeparturePolicy(there).EnsureMayBePushed(dirty, Manifest([]))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "v1.2.20240101123456", true)]
    [InlineData(true, null, false)]
    [InlineData(false, "v1.2.20240101123456", false)]
    public async Task So_do_changes_to_a_commit_that_gets_its_tag_after_the_build(bool isChanged, string? tag, bool isRefused)
    {
        var there = new DeparturePolicy(Destination.Parse("ghcr.io/octo")) { Tag = () => Task.FromResult(tag) };

        var problem = await Record.ExceptionAsync(
            () => there.EnsureTreeWasItsTagsAsync(Fine with { IsTreeChanged = isChanged }, new VersionInfo { Version = SemanticVersion.Parse("1.2.3") }));

        Assert.Equal(isRefused, problem?.Message.Contains($"differs from the commit of {tag}", StringComparison.Ordinal) is true);
    }

    [Fact]
    public async Task Of_an_image_that_a_person_named_the_registry_knows_whether_it_is_made_from_stand_ins()
    {
        var other = ImageReference.Parse("ghcr.io/octo/app").WithDigest(Digest.Of([2]));

        await Swarm(isThisMachine: false).EnsureMayBeDeployedAsync(other, Reasons["Sign"](Fine), () => Task.FromResult(Manifest([])), Verified);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => Swarm(isThisMachine: false).EnsureMayBeDeployedAsync(other, Fine, () => Task.FromResult(Manifest(["debian"])), Verified));
        Assert.Contains("a swarm of 3 nodes does not get it", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.2.3", "1.2.4", false)]
    [InlineData("1.2.3", "1.2.3", true)]
    [InlineData("1.2.3", "1.2.3-alpine", true)]
    [InlineData("1.2.4-alpha.0.3", "2.0.0", true)]
    [InlineData("1.2.4-alpha.0.3", "1.2.3", false)]
    [InlineData("1.2.4-rc.1", "1.2.4", true)]
    [InlineData("1.2.4-rc.1", "1.2.4-rc.2", true)]
    [InlineData("1.2.4-rc.2", "1.2.4-rc.1", false)]
    [InlineData("0.9.0-alpha.1", "1.3.0", false)]
    [InlineData("1.0.20240101123456", "1.0.20240101123457", false)]
    [InlineData(null, "2.0.0", true)]
    [InlineData("1.2.3", null, true)]
    // Each tag counts, and not the highest alone.
    [InlineData("1.0.0", "0.9.0,1.0.0", false)]
    [InlineData(null, "0.9.0,1.0.0", false)]
    [InlineData("1.2.4-rc.1", "1.2.4-rc.1,1.2.4", true)]
    [InlineData("1.2.4-alpha.0.3", "1.3.0,2.0.0", false)]
    public void A_released_version_keeps_its_number(string? own, string? named, bool may)
    {
        var tags = named?.Split(',').Select(new FloatingTags().VersionsOf) ?? [[]];

        var error = Record.Exception(() => DeparturePolicy.EnsureMayBeCalled(ImageReference.Parse("app"), ImageVersion.TryParse(own), tags));

        Assert.Equal(may, error is null);
    }

    [Fact]
    public async Task What_was_published_here_is_verified_before_it_is_deployed_elsewhere_whatever_the_record_says()
    {
        var error = await Assert.ThrowsAsync<DeliveryException>(() => Swarm(isThisMachine: false).EnsureMayBeDeployedAsync(
            ImageReference.Parse("ghcr.io/octo/app").WithDigest(Image), Fine, () => Task.FromResult(Manifest([])), _ => throw new DeliveryException("no signature")));

        Assert.Equal("no signature", error.Message);
    }

    private static Task Verified(PublishRecord record) => Task.CompletedTask;

    private static DeparturePolicy Swarm(bool isThisMachine) => new("a swarm of 3 nodes", isThisMachine);

    private static PublishRecord Without(PublishRecord record, PublishStep step) => record with { Steps = record.Steps.Where(x => x.Key != step).ToDictionary() };

    private static Manifest Manifest(IReadOnlyList<string> standIns)
    {
        var annotations = standIns.Count == 0 ? "" : $", \"annotations\": {{ \"{DeparturePolicy.StandInAnnotation}\": \"{string.Join(' ', standIns)}\" }}";
        return Oci.Manifests.Manifest.Parse(System.Text.Encoding.UTF8.GetBytes($"{{ \"schemaVersion\": 2, \"mediaType\": \"{MediaTypes.ImageIndex}\", \"manifests\": []{annotations} }}"), null, "a test");
    }
}
