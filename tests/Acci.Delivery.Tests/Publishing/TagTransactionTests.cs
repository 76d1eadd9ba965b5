using System.Text.Json.Nodes;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Publishing;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>Tags are put in one step, in a real registry.</summary>
public sealed class TagTransactionTests(RegistryServer server) : IClassFixture<RegistryServer>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task All_tags_point_at_the_image_afterwards()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var image = await PushAsync(registry, repository, "one");

        var writes = await new TagTransaction(registry) { Time = Pausing() }.RunAsync([await PlanAsync(registry, repository, image, "1.2.3", "1.2", "1", "latest")], Cancellation);

        Assert.All(writes, write => Assert.Equal((image, null, image), (write.Digest, write.Before, write.After)));
        foreach (var tag in (string[])["1.2.3", "1.2", "1", "latest"]) Assert.Equal(image, await AtAsync(registry, repository, tag));
    }

    [Fact]
    public async Task A_backport_leaves_the_tags_of_newer_versions_alone()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var newer = await PushAsync(registry, repository, "two");
        await new TagTransaction(registry) { Time = Pausing() }.RunAsync([await PlanAsync(registry, repository, newer, "2.0.0", "2.0", "2", "latest")], Cancellation);
        var backport = await PushAsync(registry, repository, "one");

        var plan = await PlanAsync(registry, repository, backport, "1.2.9", "1.2", "1", "latest");
        var report = TagReport.Of(plan, await new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], Cancellation));

        Assert.Equal(["1.2.9", "1.2", "1"], report.Taken);
        Assert.Equal(["latest: 2.0.0 is published and newer than 1.2.9"], report.Left);
        Assert.Equal(newer, await AtAsync(registry, repository, "latest"));
        Assert.Equal(backport, await AtAsync(registry, repository, "1"));
    }

    [Theory]
    [InlineData(401, "")]
    [InlineData(404, "")]
    [InlineData(403, "denied: this tag is protected")]
    public async Task When_one_tag_cannot_be_written_those_before_it_are_put_back(int status, string body)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var old = await PushAsync(registry, repository, "old");
        await new TagTransaction(registry) { Time = Pausing() }.RunAsync([await PlanAsync(registry, repository, old, "main", "edge")], Cancellation);
        var image = await PushAsync(registry, repository, "new");
        proxy.Decide = request => request.Method == "PUT" && request.Path.EndsWith("/manifests/protected", StringComparison.Ordinal) ? new NetworkFault.Answer(status, Body: body) : null;

        var error = await Assert.ThrowsAsync<DeliveryException>(async () =>
            await new TagTransaction(registry) { Time = Pausing() }.RunAsync([await PlanAsync(registry, repository, image, "main", "new-one", "edge", "protected")], Cancellation));

        Assert.Contains($"{repository}:protected could not be written", error.Message, StringComparison.Ordinal);
        Assert.Equal(old, await AtAsync(registry, repository, "main"));
        Assert.Equal(old, await AtAsync(registry, repository, "edge"));
        // What a registry cannot take back, it says; a new tag that points at a complete image is no harm.
        if (await registry.FindAsync(repository.WithTag("new-one"), Cancellation) is null) Assert.Contains("Every tag is where it was before.", error.Message, StringComparison.Ordinal);
        else Assert.Contains("were put back, but for new-one (it is new, and this registry deletes no tags)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(412, "{\"errors\":[{\"code\":\"PRECONDITION\",\"message\":\"Failed to process request due to 'app:main' configured as immutable.\"}]}")]
    [InlineData(400, "{\"errors\":[{\"code\":\"TAG_INVALID\",\"message\":\"The image tag 'main' already exists and cannot be overwritten because the tag is immutable.\"}]}")]
    [InlineData(400, "{\"errors\":[{\"code\":\"MANIFEST_INVALID\",\"message\":\"cannot update tag main. The repository has enabled tag immutability\"}]}")]
    [InlineData(400, "{\"errors\":[{\"code\":\"TAG_ALREADY_EXISTS\",\"message\":\"no\"}]}")]
    [InlineData(409, "")]
    public async Task Where_a_registry_lets_no_tag_move_nobody_is_told_to_try_again(int status, string body)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var (old, image) = (await PushAsync(registry, repository, "old"), await PushAsync(registry, repository, "new"));
        await registry.PutTagAsync(repository, "main", old, Cancellation);
        foreach (var isLeft in (bool[])[false, true])
        {
            proxy.Decide = request => request.Method == "DELETE" && isLeft ? new NetworkFault.Answer(405)
                : request.Method == "PUT" && request.Path.EndsWith("/manifests/main", StringComparison.Ordinal) ? new NetworkFault.Answer(status, Body: body) : null;
            var plan = await PlanAsync(registry, repository, image, isLeft ? ["new-one", "main"] : ["main"]);

            var error = await Assert.ThrowsAsync<DeliveryException>(() => new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], Cancellation));

            Assert.EndsWith(
                $"The registry {(body.Length > 0 ? "lets" : "may let")} no tag move that is there already. Leave out the tags that move, such as latest (--tag-rules, --promote-to), "
                + "or allow them to move in the registry's settings.", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(TagReturn.Remedy, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(old, await AtAsync(registry, repository, "main"));
    }

    [Theory]
    [InlineData("app", 403, "")]
    [InlineData("immutable-app", 403, "")]
    [InlineData("immutable-app", 400, "{\"errors\":[{\"code\":\"MANIFEST_INVALID\",\"message\":\"no\"}]}")]
    [InlineData("immutable-app", 500, "")]
    public async Task What_is_refused_for_other_reasons_is_not_told_as_a_tag_that_may_not_move(string name, int status, string body)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository() is var some ? ImageReference.Parse($"{some.Repository}/{name}") : null!;
        var (old, image) = (await PushAsync(registry, repository, "old"), await PushAsync(registry, repository, "new"));
        await registry.PutTagAsync(repository, "main", old, Cancellation);
        proxy.Decide = request => request.Method == "PUT" && request.Path.EndsWith("/manifests/main", StringComparison.Ordinal) ? new NetworkFault.Answer(status, Body: body) : null;
        var plan = await PlanAsync(registry, repository, image, "main");

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], Cancellation));

        Assert.DoesNotContain("no tag move", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.2.3", "")]
    [InlineData("v1.2.3", "")]
    [InlineData("1.2.3-rc.1", "")]
    [InlineData("1.2.3-alpine", "-alpine")]
    [InlineData("1.0.20240101123456", "")]
    public async Task A_full_version_is_written_once(string tag, string suffix)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var (old, image) = (await PushAsync(registry, repository, "old"), await PushAsync(registry, repository, "new"));
        var rebuilt = await PushAsync(registry, repository, "old", "2026-01-01T00:00:00Z");
        Assert.NotEqual(old, rebuilt);
        foreach (var name in (string[])[tag, "main"]) await registry.PutTagAsync(repository, name, old, Cancellation);
        Task<TagPlan> DecideAsync(Digest digest) =>
            TagPlan.DecideAsync(registry, repository, digest, [tag, "main"], new FloatingTags { Affixes = [new("", suffix)] }, Succession.Unknown, Cancellation);

        var refused = await DecideAsync(image);
        var error = await Assert.ThrowsAsync<DeliveryException>(() => refused.WritingOnceAsync(registry, "--replace-version", false, Cancellation));

        Assert.Equal(
            $"{repository}:{tag} points at {old} already, which is another image than {image}, and a full version is written once: no tag moves. "
            + "Give the image a version of its own, or replace the other one with --replace-version.", error.Message);
        // The same, and the same platforms under another index.
        foreach (var same in (Digest[])[old, rebuilt])
        {
            var kept = await (await DecideAsync(same)).WritingOnceAsync(registry, "", false, Cancellation);
            Assert.All(kept.Moves, move => Assert.Null(move.Replaces));
        }

        var plan = await (await DecideAsync(image)).WritingOnceAsync(registry, "--replace-version", true, Cancellation);
        var report = TagReport.Of(plan, await new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], Cancellation));
        Assert.Equal([$"{tag}: it pointed at {old} before"], report.Replaced);
        Assert.Equal(image, await AtAsync(registry, repository, tag));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_full_version_that_another_publish_writes_meanwhile_stays(bool isReplaced)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var (old, image, other) = (await PushAsync(registry, repository, "old"), await PushAsync(registry, repository, "new"), await PushAsync(registry, repository, "other"));
        if (isReplaced) await registry.PutTagAsync(repository, "1.2.3", old, Cancellation);
        var decided = await TagPlan.DecideAsync(registry, repository, image, ["1.2.3", "latest"], new FloatingTags(), Succession.Unknown, Cancellation);
        var plan = await decided.WritingOnceAsync(registry, "--replace-version", isReplaced, Cancellation);
        await registry.PutTagAsync(repository, "1.2.3", other, Cancellation);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], Cancellation));

        Assert.StartsWith($"{repository}:1.2.3 was put on {other} by another publish meanwhile, and a full version is written once.", error.Message, StringComparison.Ordinal);
        Assert.Equal(other, await AtAsync(registry, repository, "1.2.3"));
        Assert.Null(await registry.FindAsync(repository.WithTag("latest"), Cancellation));
    }

    [Theory]
    [InlineData("2.0.1-alpha.0.9", "it points at 2.0.1-alpha.0.9, which names no commit")]
    [InlineData("2.0.1", "it points at 2.0.1, which is newer than 2.0.1-alpha.0.3")]
    [InlineData(null, "it points at an image without a version, which names no commit")]
    [InlineData("x", "it points at an image without a version, which names no commit")]
    [InlineData("2.0.1-alpha.0.3", "it points at 2.0.1-alpha.0.3, which names no commit")]
    [InlineData("2.0.1-alpha.0.2", "it points at 2.0.1-alpha.0.2, which names no commit")]
    [InlineData("2.0.0", null)]
    public async Task A_build_of_a_branch_takes_latest_from_what_is_known_to_be_older_alone(string? said, string? reason)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var there = await PushAsync(registry, repository, "there", version: said);
        await registry.PutTagAsync(repository, "latest", there, Cancellation);
        var image = await PushAsync(registry, repository, "new");
        var floating = new FloatingTags { Version = ImageVersion.Parse("2.0.1-alpha.0.3"), IsCounted = true };

        var move = Assert.Single((await TagPlan.DecideAsync(registry, repository, image, ["latest"], floating, Succession.Unknown, Cancellation)).Moves);
        Assert.Equal(reason is null, move.Moves);
        if (reason is not null) Assert.Equal(reason, move.Reason);
        Assert.True(Assert.Single((await TagPlan.DecideAsync(registry, repository, image, ["latest"], floating with { Override = "--allow-older" }, Succession.Unknown, Cancellation)).Moves).Moves);
    }

    [Fact]
    public async Task A_tag_that_a_person_moves_back_is_not_given_to_the_newer_version_again()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var (older, newer) = (await PushAsync(registry, repository, "older"), await PushAsync(registry, repository, "newer"));
        foreach (var tag in (string[])["2.0.0", "latest"]) await registry.PutTagAsync(repository, tag, newer, Cancellation);

        var floating = new FloatingTags { Override = "--allow-older" };
        var plan = await TagPlan.DecideAsync(registry, repository, older, ["1.2.3", "latest"], floating, Succession.Unknown, Cancellation);
        var report = TagReport.Of(plan, await Trusting(registry).RunAsync([plan], Cancellation));

        Assert.Equal(["1.2.3", "latest"], report.Taken);
        Assert.Equal(older, await AtAsync(registry, repository, "latest"));
    }

    [Fact]
    public async Task What_stays_of_several_images_is_named_with_its_image()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var (shop, stock) = (proxy.NewRepository(), proxy.NewRepository());
        var plans = new[] { await PlanAsync(registry, shop, await PushAsync(registry, shop, "a"), "main"), await PlanAsync(registry, stock, await PushAsync(registry, stock, "b"), "main", "last") };
        proxy.Decide = request => request.Method == "DELETE" ? new NetworkFault.Answer(405)
            : request.Method == "PUT" && request.Path.EndsWith("/manifests/last", StringComparison.Ordinal) ? new NetworkFault.Answer(403, Body: "denied") : null;

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new TagTransaction(registry) { Time = Pausing() }.RunAsync(plans, Cancellation));

        const string reason = "(it is new, and this registry deletes no tags)";
        Assert.Contains($"Of the tags written before it none was put back: {stock.Path}:main {reason}, {shop.Path}:main {reason}. ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_whose_answer_was_lost_is_put_back_too()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var old = await PushAsync(registry, repository, "old");
        await new TagTransaction(registry) { Time = Pausing() }.RunAsync([await PlanAsync(registry, repository, old, "main", "edge")], Cancellation);
        var image = await PushAsync(registry, repository, "new");
        // The first write arrives although nobody hears of it, and no other one goes through until the retries are used up.
        var failing = true;
        var arrived = 0;
        proxy.Decide = request =>
        {
            if (!request.Path.EndsWith("/manifests/edge", StringComparison.Ordinal)) return null;
            // Whoever looks where the tag is now is about to put it back.
            if (request.Method == "HEAD" && arrived > 0) failing = false;
            return !failing || request.Method != "PUT" ? null : arrived++ == 0 ? new NetworkFault.LoseAnswer() : new NetworkFault.Drop();
        };

        await Assert.ThrowsAsync<DeliveryException>(async () =>
            await new TagTransaction(registry) { Time = Pausing() }.RunAsync([await PlanAsync(registry, repository, image, "main", "edge")], Cancellation));

        Assert.Equal(old, await AtAsync(registry, repository, "main"));
        Assert.Equal(old, await AtAsync(registry, repository, "edge"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_that_the_registry_accepts_and_does_not_keep_is_an_error_and_no_lost_race(bool isNew)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var (old, image) = (await PushAsync(registry, repository, "old"), await PushAsync(registry, repository, "new"));
        foreach (var tag in isNew ? (string[])["main"] : ["main", "edge"]) await registry.PutTagAsync(repository, tag, old, Cancellation);
        proxy.Decide = request => request.Method == "PUT" && request.Path.EndsWith("/manifests/edge", StringComparison.Ordinal) ? new NetworkFault.Answer(201) : null;
        var plan = await PlanAsync(registry, repository, image, "main", "edge");

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new TagTransaction(registry) { Time = Pausing(), WatchLimit = TimeSpan.FromSeconds(1) }.RunAsync([plan], Cancellation));

        var shown = isNew ? "no such tag" : $"it at {old}, as before";
        Assert.Equal($"{repository}:edge could not be written: the registry accepted the write, and 1 s later it shows {shown}. "
            + "Whether edge moves is not known: the registry accepted the write, and may still carry it out. Every other tag is where it was before. " + TagReturn.Remedy, error.Message);
        Assert.Equal(old, await AtAsync(registry, repository, "main"));
    }

    [Fact]
    public async Task A_tag_that_another_publish_has_written_back_at_once_is_written_again()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        using var direct = server.Connect();
        var repository = proxy.NewRepository();
        var behind = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var (old, image) = (await PushAsync(registry, repository, "old"), await PushAsync(registry, repository, "new"));
        await registry.PutTagAsync(repository, "main", old, Cancellation);
        var plan = await PlanAsync(registry, repository, image, "main");
        var isTaken = false;
        proxy.Decide = request =>
        {
            if (isTaken || request.Method == "PUT" || !request.Path.EndsWith("/manifests/main", StringComparison.Ordinal) || AtAsync(direct, behind, "main").Result != image) return null;
            isTaken = true;
            direct.PutTagAsync(behind, "main", old, Cancellation).GetAwaiter().GetResult();
            return null;
        };

        await new TagTransaction(registry) { Time = Pausing(), WatchLimit = TimeSpan.FromSeconds(1) }.RunAsync([plan], Cancellation);

        Assert.True(isTaken);
        Assert.Equal(image, await AtAsync(direct, behind, "main"));
    }

    public enum Fault
    {
        PutBackNotCarriedOut,
        DeletionNotCarriedOut,
        StaleLook,
        ShownTooLate,
        RefusedAfterASilentAttempt,
        RedirectedAfterASilentAttempt,
        RefusedAfterARefusalForNow,
        NeverSent,
        PutBackUnanswered,
        PutBackNotSeen,
        DeletionShownLate,
        TakenByAnother,
        TakenByAnotherBeforeItIsWritten,
    }

    [Theory]
    [InlineData(Fault.PutBackNotCarriedOut, "Of the tags written before it none was put back: main (the registry accepted that, and has not done it).")]
    [InlineData(Fault.DeletionNotCarriedOut, "Of the tags written before it none was put back: main (the registry accepted that, and has not done it).")]
    [InlineData(Fault.DeletionShownLate, "Every tag is where it was before.")]
    [InlineData(Fault.StaleLook, "Every tag is where it was before.")]
    [InlineData(Fault.ShownTooLate, "Whether edge moves is not known: the registry accepted the write, and may still carry it out. Every other tag is where it was before.")]
    [InlineData(Fault.RefusedAfterASilentAttempt, "Whether edge moves is not known: the registry did not answer, and may still carry the write out. Every other tag is where it was before.")]
    [InlineData(Fault.RedirectedAfterASilentAttempt, "Whether edge moves is not known: the registry did not answer, and may still carry the write out. Every other tag is where it was before.")]
    [InlineData(Fault.RefusedAfterARefusalForNow, "Every tag is where it was before.")]
    [InlineData(Fault.NeverSent, "Every tag is where it was before.")]
    [InlineData(Fault.PutBackUnanswered, "Whether main was put back is not known: the registry did not answer, and may still do it. Every other tag is where it was before.")]
    [InlineData(Fault.PutBackNotSeen, "Whether main was put back is not known: the registry did not answer, and may still do it. Every other tag is where it was before.")]
    [InlineData(Fault.TakenByAnother, "main points at OTHER now, which may be another publish's doing. Every other tag is where it was before.")]
    [InlineData(Fault.TakenByAnotherBeforeItIsWritten, "edge points at OTHER now, which may be another publish's doing. Every other tag is where it was before.")]
    public async Task What_is_said_of_tags_that_could_not_all_be_written_is_so(Fault fault, string outcome)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        using var direct = server.Connect();
        var repository = proxy.NewRepository();
        var behind = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var (old, image, other) = (await PushAsync(registry, repository, "old"), await PushAsync(registry, repository, "new"), await PushAsync(registry, repository, "other"));
        var isNew = fault is Fault.DeletionNotCarriedOut or Fault.DeletionShownLate;
        foreach (var tag in isNew ? (string[])["edge"] : ["main", "edge"]) await registry.PutTagAsync(repository, tag, old, Cancellation);
        var plan = await PlanAsync(registry, repository, image, "main", "edge");
        var (mainWrites, edgeWrites, looks, deletions) = (0, 0, 0, 0);
        proxy.Decide = request =>
        {
            var isMain = request.Path.EndsWith("/manifests/main", StringComparison.Ordinal);
            if (request.Method == "PUT" && request.Path.EndsWith("/manifests/edge", StringComparison.Ordinal))
            {
                edgeWrites++;
                if (fault == Fault.TakenByAnother) direct.PutTagAsync(behind, "main", other, Cancellation).GetAwaiter().GetResult();
                if (fault == Fault.TakenByAnotherBeforeItIsWritten) direct.PutTagAsync(behind, "edge", other, Cancellation).GetAwaiter().GetResult();
                return fault == Fault.ShownTooLate ? new NetworkFault.Answer(201)
                    : edgeWrites == 1 && fault is Fault.RefusedAfterASilentAttempt or Fault.RedirectedAfterASilentAttempt ? new NetworkFault.Drop()
                    : edgeWrites == 1 && fault == Fault.RefusedAfterARefusalForNow ? new NetworkFault.Answer(429)
                    : fault == Fault.RedirectedAfterASilentAttempt ? new NetworkFault.Answer(307, Headers: [("Location", "file:///etc/hosts")])
                    : new NetworkFault.Answer(403, Body: "denied");
            }

            if (isMain && request.Method == "PUT" && ++mainWrites == 2 && fault == Fault.PutBackNotCarriedOut) return new NetworkFault.Answer(201);
            if (mainWrites >= 2 && fault == Fault.PutBackUnanswered && isMain && request.Method == "PUT") return new NetworkFault.Drop();
            if (mainWrites >= 2 && fault == Fault.PutBackNotSeen && isMain && request.Method != "PUT") return new NetworkFault.Answer(403);
            if (mainWrites > 0 && fault == Fault.NeverSent && request.Method == "GET" && request.Path.EndsWith($"{image}", StringComparison.Ordinal)) return new NetworkFault.Answer(503);
            if (request.Method == "DELETE" && isNew && ++deletions > 0) return new NetworkFault.Answer(202);
            if (deletions > 0 && fault == Fault.DeletionShownLate && isMain && ++looks > 1) return new NetworkFault.Answer(404);
            return fault == Fault.StaleLook && isMain && request.Method == "HEAD" && edgeWrites > 0 && ++looks == 1
                ? new NetworkFault.Answer(200, Headers: [("Docker-Content-Digest", old.ToString()), ("Content-Type", "application/vnd.oci.image.index.v1+json")]) : null;
        };

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new TagTransaction(registry) { Time = Pausing(), WatchLimit = TimeSpan.FromSeconds(1) }.RunAsync([plan], Cancellation));

        Assert.Contains($". {outcome.Replace("OTHER", other.ToString(), StringComparison.Ordinal)}", error.Message, StringComparison.Ordinal);
        if (fault == Fault.NeverSent) Assert.Equal(0, edgeWrites);
        var expected = fault switch { Fault.PutBackNotCarriedOut or Fault.PutBackUnanswered => image, Fault.TakenByAnother => other, _ => isNew ? image : old };
        Assert.Equal(expected, await AtAsync(direct, behind, "main"));
        Assert.Equal(fault == Fault.TakenByAnotherBeforeItIsWritten ? other : old, await AtAsync(direct, behind, "edge"));
    }

    [Fact]
    public async Task An_interruption_after_the_last_write_says_that_all_of_them_are_done()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var image = await PushAsync(registry, repository, "new");
        var plan = await PlanAsync(registry, repository, image, "main");
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (isWritten, looks) = (false, 0);
        proxy.Decide = request =>
        {
            if (!request.Path.EndsWith("/manifests/main", StringComparison.Ordinal)) return null;
            isWritten |= request.Method == "PUT";
            // The first look is at what was written.
            if (!isWritten || request.Method != "HEAD" || ++looks < 2) return null;
            interruption.Cancel();
            return new NetworkFault.Linger(TimeSpan.FromSeconds(1));
        };

        var interrupted = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], interruption.Token));

        Assert.Equal($"All tags are written: {repository}:main. Whether another publish moved them at the same time is not known.", interrupted.Message);
        Assert.Equal(image, await AtAsync(registry, repository, "main"));
    }

    [Fact]
    public async Task A_write_that_shows_late_is_waited_for()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var (old, image) = (await PushAsync(registry, repository, "old"), await PushAsync(registry, repository, "new"));
        await registry.PutTagAsync(repository, "main", old, Cancellation);
        var plan = await PlanAsync(registry, repository, image, "main");
        using var direct = server.Connect();
        var behind = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var looks = 0;
        var isAccepted = false;
        proxy.Decide = request =>
        {
            if (!request.Path.EndsWith("/manifests/main", StringComparison.Ordinal)) return null;
            isAccepted |= request.Method == "PUT";
            if (request.Method == "PUT") return new NetworkFault.Answer(201);
            if (isAccepted && ++looks == 3) direct.PutTagAsync(behind, "main", image, Cancellation).GetAwaiter().GetResult();
            return null;
        };

        var writes = await new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], Cancellation);

        Assert.False(Assert.Single(writes).IsLost);
        Assert.True(looks >= 3);
    }

    [Theory]
    [InlineData(null, "Every tag is where it was before.")]
    [InlineData(3, "Every tag is where it was before.")]
    [InlineData(int.MaxValue, "Whether main moves is not known: the registry did not answer, and may still carry the write out. Every other tag is where it was before.")]
    public async Task An_interruption_while_a_tag_is_written_waits_for_the_answer_and_says_what_it_does_not_know(int? writtenAtLook, string outcome)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        using var direct = server.Connect();
        var repository = proxy.NewRepository();
        var behind = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var (before, image) = (await PushAsync(registry, repository, "before"), await PushAsync(registry, repository, "image"));
        foreach (var tag in (string[])["sha-1", "main"]) await registry.PutTagAsync(repository, tag, before, Cancellation);
        var plan = await PlanAsync(registry, repository, image, "sha-1", "main");
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (clock, answerLimit, looks) = (Pausing(), TimeSpan.FromSeconds(5), 0);
        proxy.Decide = request =>
        {
            if (!request.Path.EndsWith("/manifests/main", StringComparison.Ordinal)) return null;
            if (request.Method == "PUT" && !interruption.IsCancellationRequested)
            {
                interruption.Cancel();
                // The answer comes while it is waited for.
                clock.Advance(answerLimit / 2);
                if (writtenAtLook is null) return null;
                clock.Advance(answerLimit / 2);
                return new NetworkFault.Delay(Timeout.InfiniteTimeSpan);
            }

            // The registry carries the write out, although nobody waits for its answer any more.
            if (interruption.IsCancellationRequested && request.Method == "HEAD" && ++looks == writtenAtLook) direct.PutTagAsync(behind, "main", image, Cancellation).GetAwaiter().GetResult();
            return null;
        };

        var interrupted = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new TagTransaction(registry)
        {
            Time = clock,
            AnswerLimit = answerLimit,
            WatchLimit = TimeSpan.FromSeconds(3),
        }.RunAsync([plan], interruption.Token));

        Assert.StartsWith(outcome, interrupted.Message, StringComparison.Ordinal);
        if (writtenAtLook < int.MaxValue) Assert.True(looks >= writtenAtLook);
        Assert.Equal([before, before], new[] { await AtAsync(direct, behind, "sha-1"), await AtAsync(direct, behind, "main") });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_that_was_accepted_and_is_not_shown_stays_unknown_where_the_second_one_is_not_sent(bool isInterrupted)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var (before, image) = (await PushAsync(registry, repository, "before"), await PushAsync(registry, repository, "image"));
        await registry.PutTagAsync(repository, "main", before, Cancellation);
        var plan = await PlanAsync(registry, repository, image, "main");
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var isWritten = false;
        proxy.Decide = request =>
        {
            if (request.Path.EndsWith("/manifests/main", StringComparison.Ordinal) && request.Method == "PUT")
            {
                isWritten = true;
                return new NetworkFault.Answer(201);
            }

            if (!isWritten || request.Method != "GET" || !request.Path.EndsWith($"/manifests/{image}", StringComparison.Ordinal)) return null;
            if (isInterrupted) interruption.Cancel();
            return new NetworkFault.Answer(403);
        };

        var problem = await Assert.ThrowsAnyAsync<Exception>(() => new TagTransaction(registry) { Time = Pausing(), WatchLimit = TimeSpan.FromSeconds(0.5) }.RunAsync([plan], interruption.Token));

        Assert.Equal(isInterrupted, problem is OperationCanceledException);
        Assert.Contains("Whether main moves is not known: the registry accepted the write, and may still carry it out.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_is_gone_after_an_unanswered_write_is_not_said_to_be_accepted()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var (before, image) = (await PushAsync(registry, repository, "before"), await PushAsync(registry, repository, "image"));
        await registry.PutTagAsync(repository, "main", before, Cancellation);
        var plan = await PlanAsync(registry, repository, image, "main");
        var isWritten = false;
        proxy.Decide = request =>
        {
            if (!request.Path.EndsWith("/manifests/main", StringComparison.Ordinal)) return null;
            isWritten |= request.Method == "PUT";
            return request.Method == "PUT" ? new NetworkFault.Answer(503) : isWritten ? new NetworkFault.Answer(404) : null;
        };

        var written = Assert.Single(await new TagTransaction(registry) { Time = Pausing(), WatchLimit = TimeSpan.FromSeconds(0.5) }.RunAsync([plan], Cancellation));

        Assert.True(written.IsLost);
    }

    [Fact]
    public async Task Tags_of_several_images_move_together_or_not_at_all()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var (first, second) = (proxy.NewRepository(), proxy.NewRepository());
        var old = await PushAsync(registry, first, "old");
        await new TagTransaction(registry) { Time = Pausing() }.RunAsync([await PlanAsync(registry, first, old, "main")], Cancellation);
        var (one, two) = (await PushAsync(registry, first, "new"), await PushAsync(registry, second, "new"));
        proxy.Decide = request => request.Method == "PUT" && request.Path.Contains(second.Path, StringComparison.Ordinal) ? new NetworkFault.Answer(403) : null;

        await Assert.ThrowsAsync<DeliveryException>(async () => await new TagTransaction(registry) { Time = Pausing() }.RunAsync(
            [await PlanAsync(registry, first, one, "main"), await PlanAsync(registry, second, two, "main")], Cancellation));

        Assert.Equal(old, await AtAsync(registry, first, "main"));
    }

    [Fact]
    public async Task Of_two_publishes_at_once_the_newer_version_has_latest_whoever_writes_last()
    {
        using var registry = server.Connect();
        for (var turn = 0; turn < 10; turn++)
        {
            var repository = server.NewRepository();
            var (older, newer) = (await PushAsync(registry, repository, "one"), await PushAsync(registry, repository, "two"));
            // Both decide before either writes: each finds nothing newer than itself.
            var plans = new[] { await PlanAsync(registry, repository, older, "1.2.9", "1.2", "1", "latest"), await PlanAsync(registry, repository, newer, "2.0.0", "2.0", "2", "latest") };
            if (turn % 2 == 0) Array.Reverse(plans);

            if (turn < 2)
            {
                foreach (var plan in plans) await Trusting(registry).RunAsync([plan], Cancellation);
            }
            else
            {
                await Task.WhenAll(plans.Select(plan => Task.Run(() => Trusting(registry).RunAsync([plan], Cancellation), Cancellation)));
            }

            Assert.Equal(newer, await AtAsync(registry, repository, "latest"));
            Assert.Equal(older, await AtAsync(registry, repository, "1"));
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_newer_version_that_is_not_signed_gets_no_tag_from_this_publish(bool isTrusted, bool isThere)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        using var direct = server.Connect();
        var repository = proxy.NewRepository();
        var behind = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var (old, ours, newer) = (await PushAsync(registry, repository, "old", version: "1.0.0"), await PushAsync(registry, repository, "ours"), await PushAsync(registry, repository, "newer"));
        if (isThere) await registry.PutTagAsync(repository, "latest", old, Cancellation);
        var plan = await PlanAsync(registry, repository, ours, "1.2.3", "latest");
        var isPushed = false;
        proxy.Decide = request =>
        {
            if (isPushed || request.Method != "PUT" || !request.Path.EndsWith("/manifests/latest", StringComparison.Ordinal)) return null;
            isPushed = true;
            direct.PutTagAsync(behind, "9.9.9", newer, Cancellation).GetAwaiter().GetResult();
            return null;
        };

        var transaction = isTrusted ? Trusting(registry) : new TagTransaction(registry) { Time = Pausing() };
        var report = TagReport.Of(plan, await transaction.RunAsync([plan], Cancellation));

        var latest = await AtAsync(direct, behind, "latest");
        Assert.NotEqual(isTrusted ? old : newer, latest);
        if (isTrusted) Assert.Equal(newer, latest);
        else if (isThere) Assert.Equal(old, latest);
        else if (latest is null) Assert.Equal(["1.2.3"], report.Taken);
        if (isThere) Assert.StartsWith("latest: 9.9.9 was published at the same time and is newer than 1.2.3", Assert.Single(report.Lost), StringComparison.Ordinal);
        Assert.Equal(!isTrusted && isThere, report.Lost.Any(x => x.EndsWith("is not signed as this build's images are, so the tag went back to where it was", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, false, false)]
    [InlineData(false, false, false)]
    [InlineData(true, true, true)]
    [InlineData(true, true, false)]
    public async Task A_tag_that_somebody_put_on_an_unsigned_image_meanwhile_does_not_go_back_there(bool isThere, bool isBuiltEarlier, bool isOne)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var (old, ours, one) = (await PushAsync(registry, repository, "old", version: "1.0.0"), await PushAsync(registry, repository, "ours"), await PushAsync(registry, repository, "one"));
        var latest = repository.WithTag("latest");
        if (isThere) await registry.PutTagAsync(repository, "latest", old, Cancellation);
        var plan = await PlanAsync(registry, repository, ours, "1.2.3", "latest");
        await registry.PutTagAsync(repository, "latest", one, Cancellation);
        await registry.PutTagAsync(repository, "9.9.9", isOne ? one : await PushAsync(registry, repository, "another"), Cancellation);

        await new TagTransaction(registry)
        {
            Time = Pausing(),
            AtStart = new Dictionary<ImageReference, Digest?> { [latest] = isThere ? old : null },
            BuiltEarlier = isBuiltEarlier ? [repository.Repository] : [],
        }.RunAsync([plan], Cancellation);

        Assert.Equal(ours, (await registry.ResolveAsync(latest, Cancellation)).Digest);
    }

    [Fact]
    public async Task A_tag_that_another_publish_put_on_a_newer_version_meanwhile_goes_back_there_where_nobody_knows_whether_that_is_signed()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var (old, ours, newer) = (await PushAsync(registry, repository, "old"), await PushAsync(registry, repository, "ours"), await PushAsync(registry, repository, "newer"));
        var latest = repository.WithTag("latest");
        var plan = await PlanAsync(registry, repository, ours, "1.2.9", "latest");
        foreach (var tag in (string[])["2.0.0", "latest"]) await registry.PutTagAsync(repository, tag, newer, Cancellation);

        var writes = await new TagTransaction(registry)
        {
            AtStart = new Dictionary<ImageReference, Digest?> { [latest] = old },
            IsTrustedAsync = _ => throw new DeliveryException("Sigstore does not answer."),
        }.RunAsync([plan], Cancellation);

        Assert.Equal(newer, (await registry.ResolveAsync(latest, Cancellation)).Digest);
        Assert.Contains("is not known: Sigstore does not answer", Assert.Single(TagReport.Of(plan, writes).Lost), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_floating_tag_is_left_to_no_older_version_though_its_commit_is_newer(bool isBuiltEarlier)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var start = await PushAsync(registry, repository, "start", "2025-01-01T00:00:00Z");
        var (ours, patch) = (await PushAsync(registry, repository, "ours", "2026-01-01T00:00:00Z"), await PushAsync(registry, repository, "patch", "2026-02-01T00:00:00Z"));
        var latest = repository.WithTag("latest");
        foreach (var tag in (string[])["1.2.10", "latest"]) await registry.PutTagAsync(repository, tag, patch, Cancellation);
        var plan = await PlanAsync(registry, repository, ours, "2.0.0", "latest");

        await new TagTransaction(registry)
        {
            Time = Pausing(),
            AtStart = new Dictionary<ImageReference, Digest?> { [latest] = isBuiltEarlier ? patch : start },
            BuiltEarlier = isBuiltEarlier ? [repository.Repository] : [],
            IsTrustedAsync = _ => Task.FromResult(true),
        }.RunAsync([plan], Cancellation);

        Assert.Equal(ours, (await registry.ResolveAsync(latest, Cancellation)).Digest);
    }

    [Theory]
    [InlineData(true, "refused look")]
    [InlineData(false, "refused look")]
    [InlineData(true, "interruption")]
    [InlineData(false, "interruption")]
    [InlineData(true, "no answer")]
    [InlineData(true, "taken")]
    public async Task A_tag_that_was_given_away_is_not_called_ours_when_nobody_can_look_any_more(bool isTrusted, string end)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        using var direct = server.Connect();
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var repository = proxy.NewRepository();
        var behind = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var (old, ours, newer) = (await PushAsync(registry, repository, "old", version: "1.0.0"), await PushAsync(registry, repository, "ours"), await PushAsync(registry, repository, "newer"));
        await registry.PutTagAsync(repository, "latest", old, Cancellation);
        var plan = await PlanAsync(registry, repository, ours, "1.2.3", "latest");
        var puts = 0;
        proxy.Decide = request =>
        {
            if (request.Method == "PUT" && request.Path.EndsWith("/manifests/latest", StringComparison.Ordinal))
            {
                if (++puts == 1) direct.PutTagAsync(behind, "9.9.9", newer, Cancellation).GetAwaiter().GetResult();
                if (puts > 1 && end == "taken") direct.PutTagAsync(behind, "latest", old, Cancellation).GetAwaiter().GetResult();
                return puts > 1 && end is "no answer" or "taken" ? new NetworkFault.Drop() : null;
            }

            if (puts < 2 || request.Method != "HEAD" || end == "no answer") return null;
            if (end is "refused look" or "taken") return new NetworkFault.Answer(403);
            interruption.Cancel();
            return new NetworkFault.Linger(TimeSpan.FromSeconds(1));
        };
        var reason = "9.9.9 was published at the same time and is newer than 1.2.3"
            + (isTrusted ? "" : ", but is not signed as this build's images are, so the tag went back to where it was")
            + (end is "no answer" or "taken" ? "; where it points is not known, because the registry did not answer" : "");
        var transaction = isTrusted ? Trusting(registry) : new TagTransaction(registry) { Time = Pausing() };

        if (end == "interruption")
        {
            var interrupted = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transaction.RunAsync([plan], interruption.Token));
            Assert.Equal(
                $"These tags are written: {repository}:1.2.3. {repository}:latest: {reason}. Whether another publish moved them at the same time is not known.", interrupted.Message);
        }
        else
        {
            var report = TagReport.Of(plan, await transaction.RunAsync([plan], interruption.Token));
            Assert.Equal(["1.2.3"], report.Taken);
            Assert.Equal([$"latest: {reason}"], report.Lost);
        }

        Assert.Equal(end == "no answer" ? ours : isTrusted && end != "taken" ? newer : old, await AtAsync(direct, behind, "latest"));
    }

    [Fact]
    public async Task A_registry_that_goes_away_for_good_after_a_write_was_sent_leaves_it_open_where_that_tag_is()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        using var direct = server.Connect();
        var repository = proxy.NewRepository();
        var behind = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var (old, image) = (await PushAsync(registry, repository, "old"), await PushAsync(registry, repository, "new"));
        foreach (var tag in (string[])["main", "edge"]) await registry.PutTagAsync(repository, tag, old, Cancellation);
        var plan = await PlanAsync(registry, repository, image, "main", "edge");
        var isAway = false;
        proxy.Decide = request =>
        {
            if (isAway) return new NetworkFault.Drop();
            isAway = request.Method == "PUT" && request.Path.EndsWith("/manifests/edge", StringComparison.Ordinal);
            return isAway ? new NetworkFault.LoseAnswer() : null;
        };

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], Cancellation));

        Assert.StartsWith($"{repository}:edge could not be written: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            " Whether edge moves is not known: the registry did not answer, and may still carry the write out. Of the others none was put back: main. " + TagReturn.Remedy,
            error.Message, StringComparison.Ordinal);
        Assert.Equal([image, image], new[] { await AtAsync(direct, behind, "main"), await AtAsync(direct, behind, "edge") });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tag_that_another_publish_took_before_it_could_be_written_is_not_called_written_when_nobody_can_look_any_more(bool isInterrupted)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        using var direct = server.Connect();
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var repository = proxy.NewRepository();
        var behind = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var (old, image, other) = (await PushAsync(registry, repository, "old"), await PushAsync(registry, repository, "new"), await PushAsync(registry, repository, "other"));
        await registry.PutTagAsync(repository, "main", old, Cancellation);
        var plan = await PlanAsync(registry, repository, image, "main", "sha-1");
        var isSent = false;
        proxy.Decide = request =>
        {
            if (!request.Path.EndsWith("/manifests/main", StringComparison.Ordinal) || (request.Method == "GET" && isSent)) return null;
            if (request.Method == "PUT")
            {
                direct.PutTagAsync(behind, "main", other, Cancellation).GetAwaiter().GetResult();
                isSent = true;
                return new NetworkFault.Drop();
            }

            if (!isSent) return null;
            if (!isInterrupted) return new NetworkFault.Answer(403);
            interruption.Cancel();
            return new NetworkFault.Linger(TimeSpan.FromSeconds(1));
        };
        const string unknown = "main: where it points is not known, because the registry did not answer";

        if (isInterrupted)
        {
            var interrupted = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], interruption.Token));
            Assert.Equal(
                $"These tags are written: {repository}:sha-1. {repository}:{unknown}. Whether another publish moved them at the same time is not known.", interrupted.Message);
        }
        else
        {
            var report = TagReport.Of(plan, await new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], interruption.Token));
            Assert.Equal(["sha-1"], report.Taken);
            Assert.Equal([unknown], report.Lost);
        }

        Assert.Equal(other, await AtAsync(direct, behind, "main"));
    }

    [Theory]
    [InlineData("1.2.3", "1.0.0", "is version 1.0.0")]
    [InlineData("1.2.3", "8.0.0", "is version 8.0.0")]
    [InlineData("1.2.3", null, "says no version")]
    [InlineData("1.2.3", "9.9.9", null)]
    [InlineData("1.2.3", "9.9.9-rc.1", null)]
    [InlineData("1.2.3", "1.2.4-alpha.0.3", null)]
    [InlineData("1.2.3-rc.1", "1.0.0", "is version 1.0.0")]
    [InlineData("2026", "2025", null)]
    [InlineData("1.0.0", "1.0.0", null)]
    [InlineData(null, "1.0.0", null)]
    public async Task A_signed_image_of_another_version_gets_no_tag_whatever_it_is_tagged_as(string? own, string? said, string? problem)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        using var direct = server.Connect();
        var repository = proxy.NewRepository();
        var behind = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var images = new Dictionary<string, Digest>();
        foreach (var (name, version) in new[] { ("old", "1.1.0"), ("ours", own), ("other", said) })
        {
            var annotations = version is null ? null : new JsonObject { ["org.opencontainers.image.version"] = version };
            var layout = await LayoutBuilder.WriteAttestedAsync(_folder.Combine(Guid.NewGuid().ToString("n")), name, annotations);
            images[name] = (await registry.PushAsync(layout, repository, null, Cancellation)).Digest;
        }

        await registry.PutTagAsync(repository, "latest", images["old"], Cancellation);
        var plan = await PlanAsync(registry, repository, images["ours"], "1.2.3", "latest");
        var isTagged = false;
        proxy.Decide = request =>
        {
            if (isTagged || request.Method != "PUT" || !request.Path.EndsWith("/manifests/latest", StringComparison.Ordinal)) return null;
            isTagged = true;
            direct.PutTagAsync(behind, "9.9.9", images["other"], Cancellation).GetAwaiter().GetResult();
            return null;
        };

        var report = TagReport.Of(plan, await Trusting(registry).RunAsync([plan], Cancellation));

        Assert.Equal(images[problem is null ? "other" : "old"], await AtAsync(direct, behind, "latest"));
        var but = problem is null ? "" : $", but {problem}, so the tag went back to where it was";
        Assert.Equal([$"latest: 9.9.9 was published at the same time and is newer than 1.2.3{but}"], report.Lost);
    }

    [Fact]
    public async Task A_registry_that_shows_a_tag_nowhere_or_at_nothing_after_its_write_is_no_lost_race()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var (old, image) = (await PushAsync(registry, repository, "old"), await PushAsync(registry, repository, "new"));
        var written = false;
        var nowhere = Digest.Of("nowhere"u8.ToArray());
        foreach (var (answer, shown) in new (NetworkFault, string)[] { (new NetworkFault.Answer(404), "no such tag"), (new NetworkFault.Answer(200, Headers: [("Docker-Content-Digest", nowhere.ToString()), ("Content-Type", "application/vnd.oci.image.index.v1+json"), ("Content-Length", "2")]), $"it at {nowhere}, which it does not have") })
        {
            proxy.Decide = _ => null;
            await registry.PutTagAsync(repository, "main", old, Cancellation);
            written = false;
            proxy.Decide = request =>
            {
                if (!request.Path.EndsWith("/manifests/main", StringComparison.Ordinal)) return null;
                if (request.Method == "PUT") written = true;
                return request.Method is "HEAD" or "GET" && written ? answer : null;
            };

            var plan = await PlanAsync(registry, repository, image, "main");
            var error = await Assert.ThrowsAsync<DeliveryException>(() => new TagTransaction(registry) { Time = Pausing(), WatchLimit = TimeSpan.FromSeconds(0.5) }.RunAsync([plan], Cancellation));

            Assert.Contains($"later it shows {shown}", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_tag_that_cannot_be_looked_up_is_named_and_not_the_one_that_was_written()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var (old, image) = (await PushAsync(registry, repository, "old"), await PushAsync(registry, repository, "new"));
        await registry.PutTagAsync(repository, "main", old, Cancellation);
        var plan = await PlanAsync(registry, repository, image, "main", "edge");
        proxy.Decide = request => request.Path.EndsWith("/manifests/edge", StringComparison.Ordinal) ? new NetworkFault.Answer(403) : null;

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], Cancellation));

        Assert.StartsWith($"{repository}:edge could not be looked up: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(old, await AtAsync(registry, repository, "main"));
    }

    [Fact]
    public async Task A_process_that_has_to_end_while_tags_move_says_which_they_are()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var image = await PushAsync(registry, repository, "new");
        var plan = await PlanAsync(registry, repository, image, "main", "edge");
        IReadOnlyList<string> said = [];
        proxy.Decide = request =>
        {
            if (request.Method == "PUT" && request.Path.EndsWith("/manifests/edge", StringComparison.Ordinal)) said = Unfinished.Statements;
            return null;
        };

        await new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], Cancellation);

        Assert.Contains(said, x => x.Contains($"whether {repository}:main, {repository}:edge have moved", StringComparison.Ordinal));
        Assert.DoesNotContain(Unfinished.Statements, x => x.Contains(repository.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_loser_of_a_tag_race_says_so()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var (one, other) = (await PushAsync(registry, repository, "one"), await PushAsync(registry, repository, "other"));
        using var direct = server.Connect();
        var elsewhere = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        // Another publish writes the tag between this one's write and its last look.
        var raced = false;
        proxy.Decide = request =>
        {
            if (request.Method == "PUT" && request.Path.EndsWith("/manifests/sha-1", StringComparison.Ordinal) && !raced)
            {
                raced = true;
                direct.PutTagAsync(elsewhere, "main", other, Cancellation).GetAwaiter().GetResult();
            }

            return null;
        };

        var plan = await PlanAsync(registry, repository, one, "main", "sha-1");
        var report = TagReport.Of(plan, await new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], Cancellation));

        Assert.Equal(["sha-1"], report.Taken);
        Assert.Equal([$"main: it points at {other} now, which another publish may have put it on"], report.Lost);
        Assert.Equal(other, await AtAsync(registry, repository, "main"));
    }

    [Theory]
    [InlineData("2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z", true, true)]
    [InlineData("2026-02-02T00:00:00Z", "2026-01-01T00:00:00Z", true, false)]
    [InlineData("2026-01-01T00:00:00Z", "2099-02-02T00:00:00Z", false, false)]
    public async Task A_tag_that_moved_since_the_publish_began_is_left_to_a_newer_commit_that_is_signed(string ours, string theirs, bool isTrusted, bool yields)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var start = await PushAsync(registry, repository, "start");
        var (mine, other) = (await PushAsync(registry, repository, "mine", ours), await PushAsync(registry, repository, "other", theirs));
        await registry.PutTagAsync(repository, "main", other, Cancellation);

        var plan = await PlanAsync(registry, repository, mine, "main");
        var transaction = new TagTransaction(registry) { Time = Pausing(), AtStart = new Dictionary<ImageReference, Digest?> { [repository.WithTag("main")] = start }, IsTrustedAsync = _ => Task.FromResult(isTrusted) };
        var write = Assert.Single(await transaction.RunAsync([plan], Cancellation));

        Assert.Equal(yields, write.IsLost);
        Assert.Equal(yields ? other : mine, await AtAsync(registry, repository, "main"));
    }

    [Fact]
    public async Task What_tags_pointed_at_before_can_be_asked_of_the_registry()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var history = new TagHistory(registry);
        var images = new List<Digest>();
        foreach (var content in (string[])["one", "two", "three"])
        {
            images.Add(await PushAsync(registry, repository, content));
            var plan = await PlanAsync(registry, repository, images[^1], "main", content);
            await history.NoteAsync(plan, Cancellation);
            await new TagTransaction(registry) { Time = Pausing() }.RunAsync([plan], Cancellation);
        }

        Assert.Equal(images[1], await history.BeforeAsync(repository.WithDigest(images[2]), "main", Cancellation));
        Assert.Equal(images[0], await history.BeforeAsync(repository.WithDigest(images[1]), "main", Cancellation));
        Assert.Null(await history.BeforeAsync(repository.WithDigest(images[0]), "main", Cancellation));
        Assert.Null(await history.BeforeAsync(repository.WithDigest(images[2]), "three", Cancellation));
    }

    [Fact]
    public async Task A_run_that_ends_between_its_tags_leaves_the_next_one_all_that_a_rollback_needs()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var history = new TagHistory(registry);
        var old = await PushAsync(registry, repository, "old");
        await new TagTransaction(registry) { Time = Pausing() }.RunAsync([await PlanAsync(registry, repository, old, "main", "edge")], Cancellation);
        var image = await PushAsync(registry, repository, "new");
        // From the second tag on nothing answers any more, as for a process that is not there any more either: the first stays where it is.
        var isOver = false;
        proxy.Decide = request =>
        {
            isOver |= request.Method == "PUT" && request.Path.EndsWith("/manifests/edge", StringComparison.Ordinal);
            return isOver ? new NetworkFault.Drop() : null;
        };
        var first = await PlanAsync(registry, repository, image, "main", "edge");
        await history.NoteAsync(first, Cancellation);
        await Assert.ThrowsAsync<DeliveryException>(() => new TagTransaction(registry) { Time = Pausing() }.RunAsync([first], Cancellation));
        proxy.Decide = _ => null;
        Assert.Equal([image, old], [await AtAsync(registry, repository, "main"), await AtAsync(registry, repository, "edge")]);

        var second = await PlanAsync(registry, repository, image, "main", "edge");
        await history.NoteAsync(second, Cancellation);
        await new TagTransaction(registry) { Time = Pausing() }.RunAsync([second], Cancellation);

        foreach (var tag in (string[])["main", "edge"])
        {
            Assert.Equal(image, await AtAsync(registry, repository, tag));
            Assert.Equal(old, await history.BeforeAsync(repository.WithDigest(image), tag, Cancellation));
        }
    }

    [Fact]
    public async Task What_tags_pointed_at_in_one_repository_is_no_history_of_another()
    {
        using var registry = server.Connect();
        var (staging, home) = (server.NewRepository("staging"), server.NewRepository());
        var (old, image) = (await PushAsync(registry, staging, "old"), await PushAsync(registry, staging, "new"));
        await registry.PutTagAsync(staging, "stable", old, Cancellation);
        var plan = await PlanAsync(registry, staging, image, "stable");
        await new TagHistory(registry).NoteAsync(plan, Cancellation);

        await registry.CopyAsync(staging.WithDigest(image), registry, home, [TagHistory.ArtifactType], cancellationToken: Cancellation);

        Assert.Empty(await registry.ListReferrersAsync(home.WithDigest(image), TagHistory.ArtifactType, Cancellation));
        // Another tool that copies images copies everything.
        var note = (await registry.ListReferrersAsync(staging.WithDigest(image), TagHistory.ArtifactType, Cancellation)).Single();
        var manifest = await registry.GetManifestAsync(staging.WithDigest(note.Digest), Cancellation);
        await registry.PutNoteAsync(home.WithDigest(image), TagHistory.ArtifactType, manifest.Annotations, Cancellation);
        Assert.Null(await new TagHistory(registry).BeforeAsync(home.WithDigest(image), "stable", Cancellation));
        Assert.Equal(old, await new TagHistory(registry).BeforeAsync(staging.WithDigest(image), "stable", Cancellation));
    }

    [Theory]
    [InlineData("2026-02-02T00:00:00Z", "2026-01-01T00:00:00Z", true, true)]
    [InlineData("2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z", true, false)]
    [InlineData("2026-01-01T00:00:00Z", "2099-02-02T00:00:00Z", false, true)]
    public async Task A_branchs_tag_that_an_older_commit_took_at_the_same_time_is_taken_back(string ours, string theirs, bool isTrusted, bool takesBack)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        var repository = proxy.NewRepository();
        var (mine, other) = (await PushAsync(registry, repository, "mine", ours), await PushAsync(registry, repository, "other", theirs));
        using var direct = server.Connect();
        var elsewhere = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var raced = false;
        proxy.Decide = request =>
        {
            if (request.Method == "PUT" && request.Path.EndsWith("/manifests/sha-1", StringComparison.Ordinal) && !raced)
            {
                raced = true;
                direct.PutTagAsync(elsewhere, "main", other, Cancellation).GetAwaiter().GetResult();
            }

            return null;
        };

        var plan = await PlanAsync(registry, repository, mine, "main", "sha-1");
        var transaction = new TagTransaction(registry) { Time = Pausing(), AtStart = new Dictionary<ImageReference, Digest?> { [repository.WithTag("main")] = null }, IsTrustedAsync = _ => Task.FromResult(isTrusted) };
        var writes = await transaction.RunAsync([plan], Cancellation);

        Assert.Equal(takesBack ? mine : other, await AtAsync(registry, repository, "main"));
        Assert.Equal(!takesBack, writes.Single(write => write.Tag.Tag == "main").IsLost);
    }

    [Fact]
    public async Task Nobody_who_cannot_be_asked_has_said_that_a_newer_image_is_not_signed()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var start = await PushAsync(registry, repository, "start");
        var (mine, other) = (await PushAsync(registry, repository, "mine", "2026-01-01T00:00:00Z"), await PushAsync(registry, repository, "other", "2026-02-02T00:00:00Z"));
        await registry.PutTagAsync(repository, "main", other, Cancellation);
        var transaction = Unknowing(registry, new Dictionary<ImageReference, Digest?> { [repository.WithTag("main")] = start });

        var error = await Assert.ThrowsAsync<DeliveryException>(async () => await transaction.RunAsync([await PlanAsync(registry, repository, mine, "main", "sha-1")], Cancellation));

        Assert.Equal(other, await AtAsync(registry, repository, "main"));
        Assert.Null(await AtAsync(registry, repository, "sha-1"));
        Assert.Contains(
            $"{repository.WithTag("main")} stays at {other}, which another publish has put it on, from a newer commit: whether that is signed as this build's images are is not known: TUF: no answer.",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_a_newer_commit_took_at_the_same_time_stays_there_where_nobody_knows_whether_it_is_signed()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        using var direct = server.Connect();
        var repository = proxy.NewRepository();
        var behind = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var (mine, other) = (await PushAsync(registry, repository, "mine", "2026-01-01T00:00:00Z"), await PushAsync(registry, repository, "other", "2026-02-02T00:00:00Z"));
        proxy.Decide = request =>
        {
            if (request.Method == "PUT" && request.Path.EndsWith("/manifests/sha-1", StringComparison.Ordinal)) direct.PutTagAsync(behind, "main", other, Cancellation).GetAwaiter().GetResult();
            return null;
        };
        var plan = await PlanAsync(registry, repository, mine, "main", "sha-1");
        var transaction = Unknowing(registry, new Dictionary<ImageReference, Digest?> { [repository.WithTag("main")] = null });

        var report = TagReport.Of(plan, await transaction.RunAsync([plan], Cancellation));

        Assert.Equal(other, await AtAsync(direct, behind, "main"));
        Assert.Equal(["sha-1"], report.Taken);
        Assert.Equal(
            [$"main: another publish has put it on {other}, from a newer commit, and whether that is signed as this build's images are is not known: TUF: no answer."], report.Lost);
    }

    [Fact]
    public async Task A_tag_goes_to_no_newer_version_of_which_nobody_knows_whether_it_is_signed()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = Through(proxy);
        using var direct = server.Connect();
        var repository = proxy.NewRepository();
        var behind = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var (old, ours, newer) = (await PushAsync(registry, repository, "old", version: "1.0.0"), await PushAsync(registry, repository, "ours"), await PushAsync(registry, repository, "newer"));
        await registry.PutTagAsync(repository, "latest", old, Cancellation);
        var plan = await PlanAsync(registry, repository, ours, "1.2.3", "latest");
        proxy.Decide = request =>
        {
            if (request.Method == "PUT" && request.Path.EndsWith("/manifests/latest", StringComparison.Ordinal)) direct.PutTagAsync(behind, "9.9.9", newer, Cancellation).GetAwaiter().GetResult();
            return null;
        };

        var report = TagReport.Of(plan, await Unknowing(registry, new Dictionary<ImageReference, Digest?>()).RunAsync([plan], Cancellation));

        Assert.Equal(old, await AtAsync(direct, behind, "latest"));
        Assert.EndsWith(
            "but whether that is signed as this build's images are is not known: TUF: no answer, so the tag went back to where it was", Assert.Single(report.Lost), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_was_never_sent_is_known_not_to_be_done()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var manifest = await registry.GetManifestAsync(repository.WithDigest(await PushAsync(registry, repository, "image")), Cancellation);
        using var gone = new OciRegistry("127.0.0.1:1", Options);

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => gone.PutTagAsync(ImageReference.Parse("127.0.0.1:1/app"), "edge", manifest, Cancellation));

        Assert.Contains("connection refused", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsUndecided);
    }

    // Asked more than once, each of the questions would take until the retries are used up.
    private static TagTransaction Unknowing(OciRegistry registry, IReadOnlyDictionary<ImageReference, Digest?> atStart)
    {
        var asked = 0;
        return new TagTransaction(registry)
        {
            Time = Pausing(),
            AtStart = atStart,
            IsTrustedAsync = async _ =>
            {
                Assert.Equal(1, ++asked);
                await Task.Yield();
                throw new DeliveryException("TUF: no answer.");
            },
        };
    }

    private static TagTransaction Trusting(OciRegistry registry) => new(registry) { Time = Pausing(), IsTrustedAsync = _ => Task.FromResult(true) };

    // Retries wait by a clock of their own, on which the budget passes at once. A good answer may take as long as it takes on a busy machine.
    private static OciRegistry Through(FaultProxy proxy) => new(proxy.Domain, Options);

    private static RegistryOptions Options => new() { Credentials = Credentials.None, Retry = new Oci.Retries.RetryOptions { Budget = TimeSpan.FromMinutes(1), Time = new TestClock() } };

    // The pauses between two looks pass at once, and nothing else takes any of its time: a limit of a second is four pauses.
    private static TestClock Pausing() => new() { LongestPassing = TimeSpan.FromSeconds(1) };

    private static Task<TagPlan> PlanAsync(OciRegistry registry, ImageReference repository, Digest image, params string[] tags) =>
        TagPlan.DecideAsync(registry, repository, image, tags, new FloatingTags(), Succession.Unknown, Cancellation);

    private static async Task<Digest?> AtAsync(OciRegistry registry, ImageReference repository, string tag) => (await registry.FindAsync(repository.WithTag(tag), Cancellation))?.Digest;

    private async Task<Digest> PushAsync(OciRegistry registry, ImageReference repository, string content, string? created = null, string? version = null)
    {
        var folder = _folder.Combine(Guid.NewGuid().ToString("n"));
        var layout = version is null ? await LayoutBuilder.WriteOneAsync(folder, content, created)
            : await LayoutBuilder.WriteAttestedAsync(folder, content, new JsonObject { ["org.opencontainers.image.version"] = version });
        return (await registry.PushAsync(layout, repository, null, Cancellation)).Digest;
    }
}
