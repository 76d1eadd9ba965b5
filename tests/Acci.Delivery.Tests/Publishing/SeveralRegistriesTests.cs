using Acci.Delivery.Images.Tags;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>Tags of one publish in two real registries, put in one step.</summary>
public sealed class SeveralRegistriesTests(RegistryServer server) : IClassFixture<RegistryServer>, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly RegistryServer _second = new();
    private readonly string _team = $"team-{Guid.NewGuid():n}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _second.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _second.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task All_tags_are_put_in_all_of_them()
    {
        using var first = server.Connect();
        using var second = _second.Connect();
        var image = await PushAsync(first, Repository(first), "new");
        await PushAsync(second, Repository(second), "new");

        var writes = await new TagTransaction(first) { Others = [second] }.RunAsync([await PlanAsync(first, image), await PlanAsync(second, image)], Cancellation);

        Assert.Equal(4, writes.Count(x => !x.IsLost));
        foreach (var registry in (OciRegistry[])[first, second])
            foreach (var tag in (string[])["edge", "main"]) Assert.Equal(image, await AtAsync(registry, tag));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    public async Task A_tag_that_the_second_one_refuses_puts_those_of_the_first_back(int status)
    {
        await using var proxy = await FaultProxy.StartAsync(_second);
        using var first = server.Connect();
        using var second = Through(proxy, TimeSpan.FromSeconds(5));
        var (old, image) = await PushBothAsync(first, second);
        proxy.Decide = request => request.Method == "PUT" && request.Path.EndsWith("/manifests/main", StringComparison.Ordinal) ? new NetworkFault.Answer(status) : null;

        var error = await Assert.ThrowsAsync<DeliveryException>(async () =>
            await new TagTransaction(first) { Others = [second] }.RunAsync([await PlanAsync(first, image), await PlanAsync(second, image)], Cancellation));

        Assert.StartsWith($"{Repository(second).WithTag("main")} could not be written", error.Message, StringComparison.Ordinal);
        Assert.Contains("Every tag is where it was before.", error.Message, StringComparison.Ordinal);
        foreach (var registry in (OciRegistry[])[first, second])
            foreach (var tag in (string[])["edge", "main"]) Assert.Equal(old, await AtAsync(registry, tag));
    }

    // Putting back takes twelve seconds at most. A registry that is gone may not use them up for the others.
    [Fact]
    public async Task Where_the_second_one_is_gone_the_tags_of_the_first_go_back_all_the_same()
    {
        await using var proxy = await FaultProxy.StartAsync(_second);
        using var first = server.Connect();
        using var second = Through(proxy, TimeSpan.FromSeconds(60));
        var (old, image) = await PushBothAsync(first, second);
        var plans = new[] { await PlanAsync(first, image), await PlanAsync(second, image) };
        var isGone = false;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        proxy.Decide = request =>
        {
            if (request.Method == "PUT" && request.Path.EndsWith("/manifests/edge", StringComparison.Ordinal) && !isGone)
            {
                isGone = true;
                // As Ctrl-C, so that the retries are not waited for.
                enough.CancelAfter(TimeSpan.FromSeconds(1));
            }

            return isGone ? new NetworkFault.Drop() : null;
        };

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new TagTransaction(first)
        {
            Others = [second], AnswerLimit = TimeSpan.FromSeconds(1),
        }.RunAsync(plans, enough.Token));

        foreach (var tag in (string[])["edge", "main"]) Assert.Equal(old, await AtAsync(first, tag));
        Assert.Contains($"Whether {Repository(second).WithTag("edge")} moves is not known", error.Message, StringComparison.Ordinal);
        Assert.Contains("Every other tag is where it was before.", error.Message, StringComparison.Ordinal);
    }

    // As ghcr.io does, to our knowledge: a new tag that is written there stays.
    [Fact]
    public async Task What_exists_moves_before_a_new_tag_is_written_that_could_not_be_taken_back()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        await using var refusing = await FaultProxy.StartAsync(_second);
        using var first = Through(proxy, TimeSpan.FromSeconds(5));
        using var second = Through(refusing, TimeSpan.FromSeconds(5));
        var (old, image) = await PushBothAsync(first, second, "main");
        proxy.Decide = request => request.Method == "DELETE" ? new NetworkFault.Answer(405) : null;
        refusing.Decide = request => request.Method == "PUT" && request.Path.EndsWith("/manifests/main", StringComparison.Ordinal) ? new NetworkFault.Answer(403) : null;

        var error = await Assert.ThrowsAsync<DeliveryException>(async () =>
            await new TagTransaction(first) { Others = [second] }.RunAsync([await PlanAsync(first, image), await PlanAsync(second, image)], Cancellation));

        Assert.Contains("Every tag is where it was before.", error.Message, StringComparison.Ordinal);
        Assert.Equal(old, await AtAsync(first, "main"));
        Assert.Null(await AtAsync(first, "edge"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_the_first_one_is_silent_afterwards_what_another_publish_did_in_the_second_is_seen(bool isOnce)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        await using var watched = await FaultProxy.StartAsync(_second);
        using var first = Through(proxy, TimeSpan.FromSeconds(1));
        using var second = Through(watched, TimeSpan.FromSeconds(5));
        using var behind = _second.Connect();
        var (old, image) = await PushBothAsync(first, second);
        var others = await PushAsync(behind, ImageReference.Parse($"{behind.Domain}/{Repository(second).Path}"), "another publish's");
        var (isWritten, isTaken) = (false, false);
        watched.Decide = request =>
        {
            if (!request.Path.EndsWith("/manifests/main", StringComparison.Ordinal)) return null;
            if (isWritten && !isTaken)
            {
                isTaken = true;
                behind.PutTagAsync(ImageReference.Parse($"{behind.Domain}/{Repository(second).Path}"), "main", others, Cancellation).GetAwaiter().GetResult();
            }

            isWritten |= request.Method == "PUT";
            return null;
        };
        proxy.Decide = _ => isTaken ? new NetworkFault.Drop() : null;
        TagPlan[] plans = [.. from plan in new[] { await PlanAsync(first, image), await PlanAsync(second, image) }
            select plan with { Moves = [.. plan.Moves.Select(x => x with { IsOnce = isOnce, Expected = old })] }];
        var transaction = new TagTransaction(first) { Others = [second], PutBackLimit = TimeSpan.FromSeconds(3) };

        if (isOnce)
        {
            var error = await Assert.ThrowsAsync<DeliveryException>(() => transaction.RunAsync(plans, Cancellation));
            Assert.Contains($"{Repository(second).WithTag("main")} was put on {others} by another publish at the same time", error.Message, StringComparison.Ordinal);
        }
        else
        {
            var writes = await transaction.RunAsync(plans, Cancellation);
            Assert.Equal(others, writes.Single(x => x.Tag == Repository(second).WithTag("main")).After);
            Assert.Equal(4, writes.Count);
        }
    }

    [Fact]
    public async Task A_tag_that_is_named_twice_is_put_once()
    {
        using var registry = server.Connect();
        var image = await PushAsync(registry, Repository(registry), "new");
        var plan = await TagPlan.DecideAsync(registry, Repository(registry), image, ["main", "main"], new FloatingTags(), Succession.Unknown, Cancellation);

        await new TagTransaction(registry).RunAsync([plan], Cancellation);

        Assert.Equal(image, await AtAsync(registry, "main"));
        Assert.Equal(["stable", "latest"], new Promotion { To = ["stable", "latest", "stable"] }.To);
    }

    [Theory]
    [InlineData("ghcr.io/o,registry.example.com/team", new[] { "ghcr.io/o", "registry.example.com/team" })]
    [InlineData(" ghcr.io/o , http://registry.lan:5000", new[] { "ghcr.io/o", "registry.lan:5000" })]
    [InlineData("ghcr.io/a,ghcr.io/b", new[] { "ghcr.io/a", "ghcr.io/b" })]
    [InlineData("ghcr.io/o", new[] { "ghcr.io/o" })]
    public void They_are_named_with_commas(string text, string[] destinations) => Assert.Equal(destinations, Destination.ParseAll(text).Select(x => x.ToString()));

    [Theory]
    [InlineData("ghcr.io/o,", "--registry cannot be ''")]
    [InlineData("ghcr.io/o,owner", "--registry cannot be 'owner'")]
    [InlineData("ghcr.io/o,ghcr.io/O/", "--registry names ghcr.io/o twice")]
    [InlineData("http://registry.lan/a,registry.lan/b", "--registry names registry.lan both with http:// and without")]
    public void What_cannot_be_is_said(string text, string problem) =>
        Assert.StartsWith(problem, Assert.ThrowsAny<DeliveryException>(() => Destination.ParseAll(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_password_with_a_comma_is_not_shown_in_parts()
    {
        var error = Assert.Throws<WrongUseException>(() => Destination.ParseAll("bob:first,second@ghcr.io/o"));

        Assert.DoesNotContain("first", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("--registry has a user or a password before an @", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_not_on_this_machine_decides_what_may_be_published()
    {
        var options = new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Registry = "127.0.0.1:5000,ghcr.io/o" };
        using var context = new DeliveryContext(options, Cancellation);

        Assert.Equal("127.0.0.1:5000", context.PlannedDestination().ToString());
        Assert.Equal("ghcr.io/o", context.PlannedDeparture().ToString());
    }

    [Fact]
    public void A_record_names_each_and_one_of_a_single_registry_is_as_it_always_was()
    {
        var file = _folder.Combine("app.json");
        var one = new PublishRecord { Image = "app", Digest = Digest.Of([]), Repository = "ghcr.io/o/app", Version = "1.2.3", Revision = "", Platforms = [] };
        one.Write(file);
        Assert.DoesNotContain("copies", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Null(PublishRecord.Read(file)!.Copies);

        var several = one with { Copies = [new PublishedCopy { Repository = "registry.lan/team/app", Tags = ["main"] }] };
        several.Write(file);
        Assert.Equal(["ghcr.io/o/app", "registry.lan/team/app"], PublishRecord.Read(file)!.Repositories);
        Assert.Equal(["main"], PublishRecord.Read(file)!.In("registry.lan/team/app").Tags);

        // For other registries than those that were named, nothing of it counts.
        Assert.Null(PublishTransaction.Begin(file, one).Record.Copies);
        var error = Assert.Throws<DeliveryException>(() => several.EnsureGoesTo(ImageReference.Parse("ghcr.io/o/app")));
        Assert.StartsWith("The image 'app' was built for ghcr.io/o/app, registry.lan/team/app, and this build is for ghcr.io/o/app:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_count_for_the_same_registries_only()
    {
        var file = _folder.Combine("app.json");
        var one = new PublishRecord { Image = "app", Digest = Digest.Of([]), Repository = "ghcr.io/o/app", Version = "1.2.3", Revision = "", Platforms = [] };
        var several = one with { Copies = [new PublishedCopy { Repository = "registry.lan/team/app" }] };
        one.With(PublishStep.Push, new StepResult(DateTimeOffset.UnixEpoch, 1, "pushed")).Write(file);

        Assert.False(PublishTransaction.Begin(file, several).Has(PublishStep.Push));
        several.With(PublishStep.Push, new StepResult(DateTimeOffset.UnixEpoch, 1, "pushed")).Write(file);
        Assert.True(PublishTransaction.Begin(file, several).Has(PublishStep.Push));
        Assert.False(PublishTransaction.Begin(file, one).Has(PublishStep.Push));
    }

    private static OciRegistry Through(FaultProxy proxy, TimeSpan budget) => new(proxy.Domain, new RegistryOptions { Credentials = Credentials.None, Retry = new Oci.Retries.RetryOptions { Budget = budget } });

    private ImageReference Repository(OciRegistry registry) => ImageReference.Parse($"{registry.Domain}/{_team}/app");

    private Task<TagPlan> PlanAsync(OciRegistry registry, Digest image) =>
        TagPlan.DecideAsync(registry, Repository(registry), image, ["edge", "main"], new FloatingTags(), Succession.Unknown, Cancellation);

    private async Task<Digest?> AtAsync(OciRegistry registry, string tag) => (await registry.FindAsync(Repository(registry).WithTag(tag), Cancellation))?.Digest;

    private async Task<(Digest Old, Digest New)> PushBothAsync(OciRegistry first, OciRegistry second, params string[] tags)
    {
        if (tags.Length == 0) tags = ["edge", "main"];
        var (old, image) = (default(Digest), default(Digest));
        foreach (var registry in (OciRegistry[])[first, second])
        {
            (old, image) = (await PushAsync(registry, Repository(registry), "old"), await PushAsync(registry, Repository(registry), "new"));
            foreach (var tag in tags) await registry.PutTagAsync(Repository(registry), tag, old, Cancellation);
        }

        return (old, image);
    }

    private async Task<Digest> PushAsync(OciRegistry registry, ImageReference repository, string content) =>
        (await registry.PushAsync(await LayoutBuilder.WriteOneAsync(_folder.Combine(Guid.NewGuid().ToString("n")), content, null), repository, null, Cancellation)).Digest;
}
