using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Publishing;
using Acci.Delivery.Scanning;
using Acci.Generation;
using Acci.Generation.Workflows;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>
/// What lies between two steps of a publish is changed by one byte, or swapped: it is noticed by name, or does no harm. The rows of the table in
/// docs/reliability.md.
/// </summary>
public sealed class TamperingTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    public static TheoryData<string> Steps => [.. PublishWorld.Steps];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Untouched_every_step_ends_well_and_the_command_to_run_names_what_was_verified()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("TagImages");

        var table = await world.RunAsync("TagImages");

        Assert.Equal([$"main {world.Record.Digest}", $"sha-{world.Record.Revision[..7]} {world.Record.Digest}"], await world.TagsAsync());
        Assert.Matches($@"\nRun +docker run .* {world.Repository.Repository}@{world.Record.Digest}\n", table);
        Assert.Matches($@"\nVerify .*@{world.Record.Digest}\n", table);
        Assert.Contains("Findings   no findings (scanned 20", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_to_run_says_what_it_takes_where_the_engine_may_not_reach_the_local_registry()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("TagImages");

        world.Location = EngineLocation.Unknown;
        var table = await world.RunAsync("TagImages");

        Assert.Matches($@"\nRun +docker run .* {world.Repository.Repository}@{world.Record.Digest}  # where the engine reaches that registry.* --registry\n", table);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_byte_of_any_file_of_the_layout_is_noticed_by_the_files_name_before_every_step(string step)
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync(step);
        var signatures = world.Cosign.Signatures;
        var scans = world.Trivy.Scans.Count;
        var all = Directory.EnumerateFiles(world.Layout, "*", SearchOption.AllDirectories);
        string[] files = [.. all.Where(x => Path.GetFileName(x) != "index.json")];
        // Marker, index, two manifests, two configurations, a layer, two statements.
        Assert.Equal(9, files.Length);

        foreach (var file in files)
        {
            using (new ChangedByte(file)) Assert.Contains(file, await world.RefusedAsync(step), StringComparison.Ordinal);
        }

        Assert.Equal(signatures, world.Cosign.Signatures);
        Assert.Equal(scans, world.Trivy.Scans.Count);
        await world.RunAsync(step);
    }

    [Fact]
    public async Task No_byte_of_the_layouts_list_leads_to_another_image()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        var file = Path.Combine(world.Layout, "index.json");
        var digest = world.Record.Digest;

        foreach (var at in Enumerable.Range(0, (int)new FileInfo(file).Length))
        {
            using var changed = new ChangedByte(file, at);
            try
            {
                var layout = await OciLayout.OpenAsync(world.Layout, Cancellation);
                await layout.VerifyAsync(Cancellation);
                Assert.Equal(digest, layout.Root.Digest);
            }
            catch (DeliveryException exception)
            {
                Assert.Contains(world.Layout, exception.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_layout_that_something_else_built_is_refused_before_every_step_and_both_digests_are_named(string step)
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync(step);
        var (built, other) = (world.Record.Digest, await world.PushOtherAsync());
        var signatures = world.Cosign.Signatures;
        Directory.Delete(world.Layout, recursive: true);
        Directory.Move(other.Folder, world.Layout);

        var problem = await world.RefusedAsync(step);

        Assert.Contains($"{world.Layout} holds {other.Root.Digest}, and the record of 'app' is of {built}", problem, StringComparison.Ordinal);
        Assert.Contains("Run BuildImages again", problem, StringComparison.Ordinal);
        Assert.Equal(signatures, world.Cosign.Signatures);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_record_whose_digest_was_edited_is_refused_before_every_step_also_where_its_checksum_is_right(string step)
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync(step);
        var other = await world.PushOtherAsync();
        var text = await File.ReadAllTextAsync(world.RecordFile, Cancellation);

        var edited = text.Replace(world.Record.Digest.ToString(), other.Root.Digest.ToString(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(world.RecordFile, edited, Cancellation);
        Assert.Contains($"{world.RecordFile} is damaged or was edited", await world.RefusedAsync(step), StringComparison.Ordinal);

        await File.WriteAllTextAsync(world.RecordFile, text, Cancellation);
        (world.Record with { Digest = other.Root.Digest }).Write(world.RecordFile);
        Assert.Contains(other.Root.Digest.ToString(), await world.RefusedAsync(step), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_that_the_image_does_not_name_is_not_its_own()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        Directory.Delete(world.Layout, recursive: true);
        await LayoutBuilder.WriteAttestedAsync(world.Layout, annotations: new JsonObject { ["org.opencontainers.image.revision"] = world.Record.Revision });
        await world.RecordBuildAsync();
        await world.RunUntilAsync("TagImages");
        await world.GitAsync("git commit --quiet --allow-empty --amend --message two");
        using var context = world.Context();

        (world.Record with { Revision = (await context.VersionAsync()).Revision! }).Write(world.RecordFile);

        Assert.Contains("that its commit is '", await world.RefusedAsync("TagImages"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SignImages")]
    [InlineData("TagImages")]
    public async Task A_scan_that_is_only_recorded_is_none(string step)
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync(step);
        var file = Path.Combine(world.Scan, "scan.json");
        var scan = await File.ReadAllTextAsync(file, Cancellation);

        File.Delete(file);
        Assert.Contains($"{file} does not exist. Run ScanImages again", await world.RefusedAsync(step), StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, scan, Cancellation);
        (ScanRecord.Read(world.Scan)! with { Digest = Digest.Of([7]) }).Write(world.Scan);
        Assert.Contains($"{file} is of another scan. Run ScanImages again", await world.RefusedAsync(step), StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, scan, Cancellation);
        await world.RunAsync(step);
    }

    [Theory]
    [InlineData("manifest")]
    [InlineData("blob")]
    public async Task What_the_registry_has_lost_is_noticed_and_pushed_again(string part)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var world = await PublishWorld.BuiltAsync(server, domain: proxy.Domain);
        await world.RunUntilAsync("TagImages");
        var platform = world.Record.Platforms[0].Digest.ToString();
        var pushes = 0;
        proxy.Decide = request =>
        {
            var isIt = part == "blob" ? request.Path.Contains("/blobs/sha256:", StringComparison.Ordinal) : request.Path.EndsWith($"/manifests/{platform}", StringComparison.Ordinal);
            if (isIt && request.Method == "PUT") pushes++;
            return isIt && request.Method is "GET" or "HEAD" && pushes == 0 && isIt ? new NetworkFault.Answer(404) : null;
        };

        Assert.Contains("which is a part of it", await world.RefusedAsync("VerifyImages"), StringComparison.Ordinal);
        Assert.Contains("which is a part of it", await world.RefusedAsync("TagImages"), StringComparison.Ordinal);
        if (part == "blob") return;
        await world.RunAsync("SignImages");

        Assert.Equal(1, pushes);
        await world.RunAsync("TagImages");
    }

    [Fact]
    public async Task Without_a_layout_it_is_the_registry_and_cosign_that_say_whether_a_record_is_true()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("TagImages");
        Directory.Delete(world.Layout, recursive: true);
        var (record, other) = (world.Record, await world.PushOtherAsync());
        var platform = (await other.ReadPlatformsAsync(Cancellation)).Single();

        (record with { Digest = other.Root.Digest, Platforms = [new(platform.Platform, platform.Manifest.Digest, 1)] }).Write(world.RecordFile);
        Assert.Contains($"{other.Root.Digest} is not signed and attested there", await world.RefusedAsync("TagImages"), StringComparison.Ordinal);
        Assert.Contains("has no valid signature", await world.RefusedAsync("VerifyImages"), StringComparison.Ordinal);

        (record with { Digest = Digest.Of([7]) }).Write(world.RecordFile);
        Assert.Contains("The registry does not have", await world.RefusedAsync("TagImages"), StringComparison.Ordinal);

        (record with { Revision = new string('a', 40) }).Write(world.RecordFile);
        Assert.Contains($"is {record.Version}, built from commit aaaa", await world.RefusedAsync("TagImages"), StringComparison.Ordinal);

        (record with { BuildKit = "v9.9.9" }).Write(world.RecordFile);
        Assert.Contains("its BuildKit version is 'v9.9.9'", await world.RefusedAsync("TagImages"), StringComparison.Ordinal);

        (record with { Platforms = [] }).Write(world.RecordFile);
        Assert.Contains("its platforms are ''", await world.RefusedAsync("TagImages"), StringComparison.Ordinal);

        record.Write(world.RecordFile);
        var signed = world.Cosign.Signatures;
        world.Cosign.Forget();
        Assert.Contains("is not signed and attested there", await world.RefusedAsync("TagImages"), StringComparison.Ordinal);
        world.Cosign.Sign(signed.Select(x => Digest.Parse(x.Split(' ')[0])));
        await world.RunAsync("TagImages");
    }

    [Theory]
    [InlineData("SmokeTestImages")]
    [InlineData("SignImages")]
    [InlineData("VerifyImages")]
    [InlineData("TagImages")]
    public async Task What_was_built_for_one_registry_is_not_published_to_another(string step)
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync(step);

        var problem = await world.RefusedAsync(step, options => options with { Registry = $"{server.Domain}/elsewhere" });

        Assert.Contains(
            $"was built for {world.Repository.Repository}, and this build is for {server.Domain}/elsewhere/app", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_byte_of_a_record_is_noticed_or_is_white_space()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("TagImages");
        var record = world.Record;

        foreach (var at in Enumerable.Range(0, (int)new FileInfo(world.RecordFile).Length))
        {
            using var changed = new ChangedByte(world.RecordFile, at);
            var error = Record.Exception(() => Assert.Equivalent(record, world.Record, strict: true));
            if (error is not null) Assert.Contains(world.RecordFile, Assert.IsType<DeliveryException>(error).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_byte_of_a_scans_record_is_noticed_or_is_white_space()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        var (file, record) = (Path.Combine(world.Scan, ScanRecord.FileName), ScanRecord.Read(world.Scan));

        foreach (var at in Enumerable.Range(0, (int)new FileInfo(file).Length))
        {
            using var changed = new ChangedByte(file, at);
            var error = Record.Exception(() => Assert.Equivalent(record, ScanRecord.Read(world.Scan), strict: true));
            if (error is not null) Assert.Contains(file, Assert.IsType<DeliveryException>(error).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("scan.json")]
    [InlineData("linux-amd64.json")]
    public async Task A_scan_that_was_changed_is_made_again(string name)
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        using var changed = new ChangedByte(Path.Combine(world.Scan, name));

        await world.RunAsync("ScanImages");

        Assert.Equal(2, world.Trivy.Scans.Count);
        ScanRecord.Read(world.Scan)!.EnsureReportsAreUnchanged(world.Scan);
        changed.Keep();
    }

    [Fact]
    public async Task A_scan_that_says_it_is_from_tomorrow_or_of_other_platforms_is_made_again()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        var record = ScanRecord.Read(world.Scan)!;

        (record with { ScannedAt = DateTimeOffset.UtcNow.AddDays(1) }).Write(world.Scan);
        await world.RunAsync("ScanImages");
        Assert.Equal(2, world.Trivy.Scans.Count);

        (record with { Platforms = [] }).Write(world.Scan);
        await world.RunAsync("ScanImages");
        Assert.Equal(3, world.Trivy.Scans.Count);

        (record with { Image = "other" }).Write(world.Scan);
        await world.RunAsync("ScanImages");
        Assert.Equal(4, world.Trivy.Scans.Count);
    }

    [Fact]
    public async Task Findings_that_were_changed_are_not_uploaded()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        var (record, file) = (ScanRecord.Read(world.Scan)!, Path.Combine(world.Scan, "linux-amd64.sarif"));
        record.EnsureSarifIsUnchanged(world.Scan);

        using var changed = new ChangedByte(file);

        var error = Assert.Throws<DeliveryException>(() => record.EnsureSarifIsUnchanged(world.Scan));
        Assert.Contains($"{file} was changed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_key_that_was_swapped_is_noticed_and_written_anew_before_a_tag_moves()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("TagImages");
        var key = world.Artifact("publish", "cosign.pub");
        await File.WriteAllTextAsync(key, "-----BEGIN PUBLIC KEY-----\nmallory's\n-----END PUBLIC KEY-----\n", Cancellation);

        Assert.Contains("cosign.pub is not the public key of who signed", await world.RefusedAsync("VerifyImages"), StringComparison.Ordinal);
        await world.RunAsync("TagImages");

        Assert.Equal(await File.ReadAllTextAsync(world.Cosign.PublicKey, Cancellation), await File.ReadAllTextAsync(key, Cancellation));
    }

    [Fact]
    public async Task Another_key_than_the_one_that_signed_is_told_with_what_names_the_right_one()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("VerifyImages");
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = world.Artifact("other.pub");
        await File.WriteAllTextAsync(key, other.ExportSubjectPublicKeyInfoPem(), Cancellation);

        var problem = await world.RefusedAsync("VerifyImages", x => x with { SignedBy = key });

        Assert.StartsWith($"{world.Record.Repository}@{world.Record.Digest} is not verified as signed by key ", problem, StringComparison.Ordinal);
        Assert.Contains(". If another signer may sign it, name that one with --signed-by, and ", problem, StringComparison.Ordinal);
        await world.RunAsync("VerifyImages");
    }

    [Fact]
    public async Task The_records_word_on_who_signed_is_not_passed_on()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("VerifyImages");
        var signer = world.Record.Signer;
        (world.Record with { Signer = "key 000000000000" }).Write(world.RecordFile);

        Assert.Contains("the record says key 000000000000", await world.RefusedAsync("VerifyImages"), StringComparison.Ordinal);
        await world.RunAsync("TagImages");
        Assert.Equal($"signatures and attestations by {signer} verified", world.Record.Steps[PublishStep.Verify].Result);

        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        (world.Record with { Signer = "https://github.com/mallory/app/.github/workflows/publish.yml@refs/heads/main" }).Write(world.RecordFile);
        foreach (var step in (string[])["VerifyImages", "TagImages"])
            Assert.Contains("--signed-by https://github.com/mallory/", await world.RefusedAsync(step), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bake_file_that_was_changed_is_written_anew_before_anything_is_built_with_it()
    {
        using var folder = new TemporaryFolder();
        var options = new DeliveryOptions
        {
            Root = folder.Path,
            Artifacts = folder.Combine("artifacts"),
            Images = [new("app") { Dockerfile = "Dockerfile" }],
        };
        await File.WriteAllTextAsync(folder.Combine("Dockerfile"), "FROM scratch", Cancellation);
        var script = $"#!/bin/sh\ncp artifacts/docker-bake.json {folder.Combine("used")}\nexit 1\n";
        await File.WriteAllTextAsync(folder.Combine("docker"), script, Cancellation);
        File.SetUnixFileMode(folder.Combine("docker"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(options.Artifacts);
        var file = Path.Combine(options.Artifacts, "docker-bake.json");
        await File.WriteAllTextAsync(file, """{ "target": { "app": { "dockerfile": "/tmp/mallory" } } }""", Cancellation);
        var targets = new Dictionary<string, BakeTarget> { ["app"] = new() { Context = ".", Dockerfile = "Dockerfile", Platforms = ["linux/amd64"] } };

        await Assert.ThrowsAsync<DeliveryException>(() => new ImageBuilder(folder.Path, new ImageFiles(options), _ => null, new RetryOptions())
            .BuildAsync(options.Images, (_, _) => targets["app"], [new BuildSite(new DockerEngine(folder.Combine("docker")), [])], useCache: true, Cancellation));

        Assert.Equal(BakeFile.Of(targets).ToJson(), await File.ReadAllTextAsync(folder.Combine("used"), Cancellation));
    }

    public static TheoryData<string> LockFiles => ["images.json", "tools.json", "actions.json"];

    [Theory]
    [MemberData(nameof(LockFiles))]
    public async Task Every_byte_of_a_lock_file_is_noticed_by_its_name_or_pins_something_else(string name)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Combine(name);
        await File.WriteAllTextAsync(file, LockFile(name), Cancellation);
        Assert.Equal(LockFile(name), ReadAgain(file));

        foreach (var at in Enumerable.Range(0, (int)new FileInfo(file).Length))
        {
            using var changed = new ChangedByte(file, at);
            try
            {
                // What it pins then is another version, digest or name, which its server does not have, and git shows.
                var isOther = ReadAgain(file) != LockFile(name);
                Assert.True(isOther || char.IsWhiteSpace((char)changed.Before), at.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception exception) when (exception is DeliveryException or GenerationException)
            {
                Assert.Contains(file, exception.Message, StringComparison.Ordinal);
            }
        }
    }

    // Every kind of entry: pinned, and not yet.
    private static string LockFile(string name) => name switch
    {
        "images.json" => ImageLocks.ToJson(new Dictionary<ImageReference, Digest?> { [ImageReference.Parse("debian:13")] = Digest.Of([1]), [ImageReference.Parse("alpine:3")] = null }),
        "tools.json" => new ToolLocks
        {
            Trivy = new()
            {
                Version = "0.69.3",
                Checksums = "https://example.com/checksums.txt",
                Archives = new Dictionary<string, ToolLocks.ToolArchive> { ["linux/amd64"] = new("https://example.com/amd64.tar.gz", new string('1', 64)), ["linux/arm64"] = new("https://example.com/arm64.tar.gz", null) },
                Image = $"example.com/trivy@{Digest.Of([1])}",
            },
        }.ToJson(),
        _ => ActionLocks.ToJson([new("actions/checkout", new string('1', 40), "v7.0.1"), new("actions/cache/restore", new string('2', 40), "v5.0.5")], "actions/setup-dotnet"),
    };

    private static string ReadAgain(string file)
    {
        switch (Path.GetFileName(file))
        {
            case "images.json":
                return ImageLocks.ToJson(ImageLocks.Read(file).All);
            case "tools.json":
                var tools = ToolLocks.Read(file);
                _ = tools.Trivy?.PinnedImage;
                return tools.ToJson();
            default:
                var actions = ActionLocks.Read(file);
                return ActionLocks.ToJson(actions.All, actions.Unpinned);
        }
    }

    /// <summary>A file of which one byte is another one, until it is disposed.</summary>
    private sealed class ChangedByte : IDisposable
    {
        private readonly string _file;
        private readonly byte[] _content;
        private bool _isKept;

        public ChangedByte(string file, int? at = null)
        {
            _file = file;
            _content = File.ReadAllBytes(file);
            var changed = (byte[])_content.Clone();
            var place = at ?? _content.Length / 2;
            Before = changed[place];
            changed[place] ^= 1;
            File.WriteAllBytes(file, changed);
        }

        public byte Before { get; }

        /// <summary>What has been written there since stays.</summary>
        public void Keep() => _isKept = true;

        public void Dispose()
        {
            if (!_isKept) File.WriteAllBytes(_file, _content);
        }
    }
}
