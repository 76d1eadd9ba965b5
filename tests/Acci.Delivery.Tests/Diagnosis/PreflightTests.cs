using Acci.Delivery.Buildx;
using Acci.Delivery.Caching;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Scanning;
using Acci.Delivery.Signing;
using Acci.Delivery.SmokeTests;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Diagnosis;

/// <summary>What is wrong is known before anything is built, to a run, its dry run and Doctor alike.</summary>
public sealed class PreflightTests : IAsyncLifetime
{
    private readonly TemporaryRepository _checkout = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _checkout.Write(".gitignore", "artifacts\n");
        await _checkout.Run("git init --quiet --initial-branch main", "git add .", "git commit --quiet --message one");
    }

    public ValueTask DisposeAsync()
    {
        _checkout.Dispose();
        return ValueTask.CompletedTask;
    }

    public static TheoryData<string, string, Func<DeliveryOptions, DeliveryOptions>> Wrong => new()
    {
        { "Destination", "--registry cannot be 'UPPER/CASE'", x => x with { Registry = "UPPER/CASE" } },
        { "Certificates", "--registry-ca: there is no file 'none.crt'", x => x with { RegistryCa = "none.crt" } },
        { "Certificates", "--registry-ca: '.' is a folder", x => x with { RegistryCa = "." } },
        { "Certificates", ".gitignore holds no certificate", x => x with { RegistryCa = ".gitignore" } },
        { "Destination", "--registry-user needs --registry-token", x => x with { RegistryUser = "ada" } },
        { "Gate", "--ignore-file: there is no file 'none.yaml'", x => x with { Scan = new ScanOptions { IgnoreFile = "none.yaml" } } },
        { "Gate", "--vex: there is no file 'none.json'", x => x with { Scan = new ScanOptions { Vex = ["none.json"] } } },
        { "Signer", "--signed-by cannot be '^('", x => x with { SignedBy = "^(" } },
        { "Signing", "--keyless and --signing-key exclude each other", x => x with { Keyless = true, SigningKey = "/does/not/exist" } },
        { "Signing", "--signing-key names no file", x => x with { SigningKey = "/does/not/exist" } },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task What_is_typed_wrong_stops_the_first_target_its_dry_run_and_is_in_Doctors_report(string name, string problem, Func<DeliveryOptions, DeliveryOptions> change)
    {
        var options = change(Options);

        // Whichever target comes first.
        foreach (var verb in (Func<DeliveryContext, Verb>[])[x => new BuildImages(x), x => new SmokeTestImages(x), x => new SignImages(x)])
        {
            Assert.Contains(problem, (await Assert.ThrowsAsync<WrongUseException>(Prepared(verb).RunAsync)).Message, StringComparison.Ordinal);
            Assert.Contains(problem, (await Assert.ThrowsAsync<WrongUseException>(Prepared(verb).PlanAsync)).Message, StringComparison.Ordinal);
        }

        Verb Prepared(Func<DeliveryContext, Verb> verb)
        {
            var context = new DeliveryContext(options, Cancellation);
            return new PreparedVerb(context, DeliveryScope.Publish, verb(context));
        }

        var finding = Assert.Single(await new Examination(new DeliveryContext(options, Cancellation), DeliveryScope.Publish).RunAsync(), x => x.Name == name);
        Assert.Contains(problem, finding.Text, StringComparison.Ordinal);
        Assert.Equal(FindingSeverity.Fatal, finding.Severity);
        Assert.False(Directory.Exists(Path.Combine(_checkout.Directory, "artifacts")));
    }

    [Theory]
    [InlineData("artifacts", "ln -s /no/where artifacts", "SmokeTestImages ScanImages SignImages TagImages RescanImages", true)]
    // As after a build as root: the folder is this user's, and one in it is not.
    [InlineData("artifacts/publish", "mkdir artifacts && touch artifacts/publish", "SmokeTestImages ScanImages SignImages TagImages", true)]
    [InlineData("artifacts/scan", "mkdir artifacts && touch artifacts/scan", "ScanImages RescanImages", true)]
    [InlineData("artifacts/images", "mkdir artifacts && touch artifacts/images", "", true)]
    [InlineData("artifacts/compose", "mkdir artifacts && touch artifacts/compose", "", false)]
    public async Task What_is_in_the_way_of_a_target_s_own_results_is_told_before_any_target_that_writes(string obstacle, string before, string refused, bool isOfPublish)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        await _checkout.RunScript(before);
        // Images that another build has made, as in another job; where none is scanned, its scanner is not asked for.
        using var context = new DeliveryContext(Options with { Images = [] }, Cancellation) { Environment = TestEnvironment.OutsideWorkflows };

        foreach (var verb in (Verb[])
            [new SmokeTestImages(context), new ScanImages(context), new SignImages(context), new TagImages(context, _ => Task.CompletedTask), new RescanImages(context)])
        {
            var error = await Record.ExceptionAsync(() => new PreparedVerb(context, new(), verb).PrepareAsync(new()));
            Assert.Equal(refused.Split(' ').Contains(verb.GetType().Name), error?.Message.Contains(Problem(), StringComparison.Ordinal) is true);
        }

        // It writes nothing.
        await new PreparedVerb(context, new(), new VerifyImages(context)).PrepareAsync(new());
        var check = new Preflight(context, DeliveryScope.Publish).Checks.Single(x => x.Name == "Artifacts");
        Assert.Equal(isOfPublish, (await Record.ExceptionAsync(check.LookAsync))?.Message.Contains(Problem(), StringComparison.Ordinal) is true);

        string Problem() => $"{Path.Combine(_checkout.Directory, obstacle)} cannot be written";
    }

    [Fact]
    public async Task Doctor_looks_at_the_cache_of_a_build_that_checks_images_and_builds_none_as_its_run_does()
    {
        using var context = new DeliveryContext(Options, Cancellation);
        var scope = new DeliveryScope { UsesEngine = true };

        Assert.Contains(new Preflight(context, scope).Checks, x => x.Name == "Cache");
        Assert.Contains(await new Examination(context, scope).RunAsync(), x => x.Name == "Cache");
    }

    [Theory]
    [InlineData("Signing", "chmod 777 config/acci", "Everybody can write the folder of the signing key ")]
    [InlineData("Signing", "rmdir config/acci && chmod 777 config", "Everybody can write ")]
    [InlineData("Signing", "touch config/acci/cosign.key", "cosign.key has no password beside it (cosign.password).")]
    [InlineData("Signing", "touch config/acci/cosign.password; echo junk > config/acci/cosign.key", "The signing key of this machine cannot be used: ")]
    [InlineData("Cache", "chmod 777 cache", "Everybody can write the cache folder ")]
    [InlineData("Cache", "rmdir cache && chmod 777 .", "Everybody can write ")]
    public async Task A_folder_that_others_can_write_or_a_key_without_its_password_stops_the_first_target(string name, string before, string problem)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        using var folder = new TemporaryFolder();
        await CommandRunner.RunAsync(new Command("bash", "-ec", $"umask 022; mkdir -p config/acci cache; {before}") { WorkingDirectory = folder.Path }, cancellationToken: Cancellation);
        var there = Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order().ToArray();
        var environment = TestEnvironment.OutsideWorkflows.With(("XDG_CONFIG_HOME", folder.Combine("config")));
        var options = Options with { CacheDirectory = new CacheDirectory(folder.Combine("cache")) };

        foreach (var dryRun in (bool[])[false, true])
        {
            var context = new DeliveryContext(options with { DryRun = dryRun }, Cancellation) { Environment = environment };
            var error = await Assert.ThrowsAsync<DeliveryException>(() => new PreparedVerb(context, DeliveryScope.Publish, new BuildImages(context)).PrepareAsync(DeliveryScope.Publish));
            Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        }

        var finding = Assert.Single(await new Examination(new DeliveryContext(options, Cancellation) { Environment = environment }, DeliveryScope.Publish).RunAsync(), x => x.Name == name);
        Assert.Contains(problem, finding.Text, StringComparison.Ordinal);
        Assert.Equal(FindingSeverity.Fatal, finding.Severity);
        Assert.Equal(there, Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order());
    }

    [Theory]
    [InlineData(".gitignore/artifacts")]
    [InlineData("closed/artifacts/of/builds")]
    public async Task A_folder_of_artifacts_that_cannot_be_written_is_told_before_anything_is_built(string folder)
    {
        var closed = Directory.CreateDirectory(Path.Combine(_checkout.Directory, "closed")).FullName;
        if (folder.StartsWith("closed", StringComparison.Ordinal))
        {
            Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Root can write everywhere, and Windows has other rights.");
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var context = new DeliveryContext(Options with { Artifacts = Path.Combine(_checkout.Directory, folder) }, Cancellation);
        var error = await Assert.ThrowsAsync<DeliveryException>(new Preflight(context, DeliveryScope.Publish).Checks.Single(x => x.Name == "Artifacts").LookAsync);

        Assert.Contains($"{Path.Combine(_checkout.Directory, folder.Split('/')[0])} cannot be written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_of_docker_that_no_program_can_read_is_told_before_anything_is_built_and_before_cosign_reads_it()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Combine("config.json"), "{");
        var context = new DeliveryContext(Options, Cancellation) { Environment = TestEnvironment.OutsideWorkflows.With(("DOCKER_CONFIG", folder.Path)) };

        foreach (var look in (Func<Task>[])[new Preflight(context, DeliveryScope.Publish).Checks.Single(x => x.Name == "Destination").LookAsync, context.VerifierAsync])
            Assert.StartsWith($"{folder.Combine("config.json")}: line 1 is not valid JSON.", (await Assert.ThrowsAsync<DeliveryException>(look)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_made_is_told_before_anything_is_built()
    {
        var file = Path.Combine(_checkout.Directory, ".gitignore");
        var context = new DeliveryContext(Options with { CacheDirectory = new CacheDirectory(Path.Combine(file, "cache")) }, Cancellation);

        var error = await Assert.ThrowsAsync<DeliveryException>(new Preflight(context, DeliveryScope.Publish).Checks.Single(x => x.Name == "Cache").LookAsync);

        Assert.Contains($"{file} cannot be written (read-only file system, or no permission): name another folder with ACCI_CACHE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_tried_before_anything_is_built_where_cosign_is_not_on_the_PATH()
    {
        Assert.SkipUnless(PrivateEngine.CanFetchPackages, "cosign would not be fetched here.");
        using var folder = new TemporaryFolder();
        var environment = ProcessEnvironment.Empty;
        const string unreadable = "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nbm90IGEga2V5\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n";
        var sealedKey = Convert.ToBase64String("""{"kdf":{},"cipher":{},"ciphertext":""}"""u8);
        var options = Options with { CacheDirectory = new CacheDirectory(folder.Path), SigningKey = unreadable };

        await RefusedAsync("--signing-key cannot be used: the private key's text is not what cosign writes");
        options = options with { SigningKey = $"-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n{sealedKey}\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n" };
        Assert.Contains(await FindingsAsync(), x => x is { Name: "Signing", Severity: FindingSeverity.Good });
        Assert.Contains(await FindingsAsync(), x => x is { Name: "cosign", Severity: FindingSeverity.Notice });

        // One of another recipe is replaced by the run, and so is not asked.
        await WriteCosignAsync("recipe-1", "v2.0.0");
        Assert.Contains(await FindingsAsync(), x => x is { Name: "cosign", Severity: FindingSeverity.Notice } && x.Text.Contains("will be fetched", StringComparison.Ordinal));
        var recipe = $"recipe-{await FetchRecipe.HashAsync(Cancellation)}";
        var cosign = await WriteCosignAsync(recipe, "v3.0.4");
        // What was not fetched like that is not run.
        Assert.Contains(await FindingsAsync(), x => x is { Name: "cosign", Severity: FindingSeverity.Notice } && x.Text.Contains("is not what was fetched", StringComparison.Ordinal));
        await FetchedProgram.RecordAsync(cosign, Cancellation);
        await RefusedAsync("--signing-key cannot be opened");

        async Task<string> WriteCosignAsync(string folderName, string version)
        {
            var program = Path.Combine(Directory.CreateDirectory(folder.Combine("tools", folderName, "bin")).FullName, "cosign");
            await File.WriteAllTextAsync(program, $$"""
            #!/bin/sh
            case "$1" in version) echo '{"gitVersion":"{{version}}"}' ;; *) echo 'error during command execution: decrypt: encrypted: decryption failed' >&2; exit 1 ;; esac

            """.ReplaceLineEndings("\n"), Cancellation);
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return program;
        }

        async Task<IReadOnlyList<Finding>> FindingsAsync() =>
            [.. (await new Examination(Context(), DeliveryScope.Publish).RunAsync()).Where(x => x.Name is "Signing" or "cosign")];

        DeliveryContext Context() => new(options, Cancellation) { Environment = environment };

        async Task RefusedAsync(string problem)
        {
            foreach (var act in (Func<Verb, Task>[])[x => x.PlanAsync(), x => x.RunAsync()])
            {
                var context = Context();
                var error = await Assert.ThrowsAsync<WrongUseException>(() => act(new PreparedVerb(context, new DeliveryScope { Signs = true }, new SignImages(context))));
                Assert.Contains(problem, error.Message, StringComparison.Ordinal);
            }

            Assert.Contains(problem, Assert.Single(await FindingsAsync(), x => x is { Name: "Signing", Severity: FindingSeverity.Fatal }).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_fetched_is_looked_for_where_the_script_puts_it()
    {
        Assert.SkipUnless(PrivateEngine.CanFetchPackages, "Nothing is fetched here.");
        using var folder = new TemporaryFolder();
        var scripts = new ScriptFolder(new CacheDirectory(folder.Path)).Ensure();
        var command = new Command("bash", "-c", $"LIB={scripts}/engine/lib; . $LIB/common.sh; . $LIB/recipe.sh; . $LIB/layout.sh; recipe_hash");

        Assert.Equal((await CommandRunner.RunAsync(command, cancellationToken: Cancellation)).StandardOutput.Trim(), await FetchRecipe.HashAsync(Cancellation));
    }

    [Fact]
    public async Task Before_the_first_verb_of_a_run_it_is_only_looked_and_what_was_seen_is_not_kept()
    {
        using var folder = new TemporaryFolder();
        // Nothing listens there, so that whoever asks fails.
        var options = Options with { CacheDirectory = new CacheDirectory(folder.Path), Registry = $"127.0.0.1:{RegistryServer.FreePort()}", AllowDirty = true, RetryBudget = TimeSpan.Zero };
        var context = new DeliveryContext(options, Cancellation) { Environment = ProcessEnvironment.Empty };
        var scope = new DeliveryScope { Signs = PrivateEngine.CanFetchPackages, Scans = true, Tags = true };
        var verb = new CountingVerb();

        for (var count = 1; count < 3; count++)
        {
            await new PreparedVerb(context, scope, verb).PrepareAsync(scope);
            Assert.Equal((count, 0), (verb.Prepared, verb.Runs));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
        Assert.False(Directory.Exists(options.Artifacts));
        _checkout.Write("changed-by-a-target-before.txt", "");
        Assert.True((await context.VersionAsync()).IsDirty);
        await Assert.ThrowsAnyAsync<DeliveryException>(new PreparedVerb(context, scope, verb).RunAsync);
        Assert.Equal(0, verb.Runs);
    }

    [Theory]
    [InlineData("127.0.0.1:1/library/alpine:3", FindingSeverity.Fatal, "There is no stand-in for it")]
    [InlineData("docker.io/library/redis:7", FindingSeverity.Notice, "a stand-in from the distribution's packages will be used")]
    public async Task Doctor_promises_only_stand_ins_that_can_be_made(string name, FindingSeverity severity, string text)
    {
        Assert.SkipUnless(StandIns.ObstacleHere is null, "No stand-ins are made here.");
        var options = Options with { ImageMirror = "127.0.0.1:1", Images = [new("app") { Dockerfile = "Dockerfile", BaseImages = [new(ImageReference.Parse(name))] }] };

        var findings = await new Examination(new DeliveryContext(options, Cancellation), DeliveryScope.Publish).RunAsync();

        var finding = Assert.Single(findings, x => x.Name == "Base image" && x.Text.Contains(name, StringComparison.Ordinal));
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
        Assert.Equal(severity, finding.Severity);
    }

    [Fact]
    public async Task A_scanner_that_is_needed_and_cannot_be_had_ends_a_dry_run_and_is_in_Doctors_report()
    {
        var options = Options with { Scan = new ScanOptions { Required = true } };
        var scope = new DeliveryScope { Scans = true };
        var environment = ProcessEnvironment.Empty;
        const string problem = "'app' cannot be scanned, and --require-scan asks for it: trivy is not on the PATH, and deploy/locks/tools.json pins none";

        var context = new DeliveryContext(options, Cancellation) { Environment = environment };
        Assert.Contains(problem, (await Assert.ThrowsAsync<DeliveryException>(new PreparedVerb(context, scope, new ScanImages(context)).PlanAsync)).Message, StringComparison.Ordinal);
        var findings = await new Examination(new DeliveryContext(options, Cancellation) { Environment = environment }, scope).RunAsync();
        Assert.Contains(problem, Assert.Single(findings, x => x is { Name: "Scanner", Severity: FindingSeverity.Fatal }).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ghcr.io/owner", FindingSeverity.Fatal)]
    [InlineData(null, FindingSeverity.Notice)]
    public async Task Secrets_of_environments_in_a_build_context_are_known_before_the_build(string? registry, FindingSeverity severity)
    {
        Directory.CreateDirectory(Path.Combine(_checkout.Directory, "deploy", "compose"));
        _checkout.Write("deploy/compose/.env.prod", "A=b\n");

        var findings = await new Examination(
            new DeliveryContext(Options with { Registry = registry }, Cancellation) { Environment = ProcessEnvironment.Empty }, new DeliveryScope { Builds = true }).RunAsync();

        var finding = Assert.Single(findings, x => x is { Name: "Secrets" });
        Assert.Equal(severity, finding.Severity);
        Assert.StartsWith("deploy/compose/.env.prod is in the build context of the image 'app'", finding.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40, true, FindingSeverity.Fatal)]
    [InlineData(40, false, FindingSeverity.Notice)]
    [InlineData(1, true, FindingSeverity.Good)]
    public async Task An_old_vulnerability_database_is_known_before_the_build_where_none_is_fetched(int days, bool isRequired, FindingSeverity severity)
    {
        var (trivy, cache) = (Path.Combine(_checkout.Directory, "artifacts", "trivy"), new CacheDirectory(Path.Combine(_checkout.Directory, "artifacts", "cache")));
        Directory.CreateDirectory(cache.Combine("trivy", "db"));
        _checkout.Write("artifacts/trivy", "#!/bin/sh\n");
        File.SetUnixFileMode(trivy, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var made = DateTimeOffset.UtcNow.AddDays(-days);
        _checkout.Write("artifacts/cache/trivy/db/metadata.json", $$"""{ "UpdatedAt": "{{made:O}}" }""");
        var options = Options with { CacheDirectory = cache, Scan = new ScanOptions { Program = trivy, Offline = true, Required = isRequired } };

        var findings = await new Examination(new DeliveryContext(options, Cancellation) { Environment = ProcessEnvironment.Empty }, new DeliveryScope { Scans = true }).RunAsync();

        var finding = Assert.Single(findings, x => x is { Name: "Scanner" });
        Assert.Equal(severity, finding.Severity);
        Assert.Equal(days > 8, finding.Text.Contains($"the vulnerability database is of {made:yyyy-MM-dd}, {days} days before the scan", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_not_built_and_is_not_going_to_be_ends_the_dry_run_of_those_that_need_it()
    {
        foreach (var dry in (bool[])[true, false])
        {
            var context = new DeliveryContext(Options with { DryRun = dry }, Cancellation);
            foreach (var verb in (Verb[])[new SmokeTestImages(context), new ScanImages(context), new SignImages(context), new VerifyImages(context)])
            {
                var error = await Assert.ThrowsAsync<DeliveryException>(() => verb.PrepareAsync(new DeliveryScope()));
                Assert.Contains("run BuildImages first", error.Message, StringComparison.Ordinal);
                await verb.PrepareAsync(DeliveryScope.Publish);
            }

            context.Dispose();
        }
    }

    [Fact]
    public async Task A_dry_run_of_a_rescan_fails_where_nothing_is_published_or_nothing_scans()
    {
        await using var server = new RegistryServer();
        await server.InitializeAsync();
        var context = new DeliveryContext(Options with { Registry = server.NewRepository().ToString(), DryRun = true }, Cancellation) { Environment = ProcessEnvironment.Empty };

        Assert.Contains("Nothing is published that could be scanned", (await Assert.ThrowsAsync<DeliveryException>(new RescanImages(context).PlanAsync)).Message, StringComparison.Ordinal);
        Assert.Contains("Nothing could be scanned: trivy is not on the PATH", (await Assert.ThrowsAsync<DeliveryException>(() => new RescanImages(context).PrepareAsync(new DeliveryScope()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_says_what_is_not_pinned_and_why()
    {
        var from = ImageReference.Parse("127.0.0.1:1/base:1");
        var options = Options with { Images = [new("app") { Dockerfile = "Dockerfile", BaseImages = [new(from)] }], Layout = new RepositoryLayout { Locks = "pins" } };

        Assert.Contains("127.0.0.1:1/base:1", (await FindingAsync(FindingSeverity.Notice)).Text, StringComparison.Ordinal);
        Assert.EndsWith("there is no pins/images.json. UpdateLocks writes it", (await FindingAsync(FindingSeverity.Notice)).Text, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(_checkout.Directory, "pins"));
        _checkout.Write("pins/images.json", "{}");
        Assert.Contains("pins/images.json has no digest for", (await FindingAsync(FindingSeverity.Notice)).Text, StringComparison.Ordinal);
        var needed = BakeTargets.NeededBy(options.Images).Select(x => KeyValuePair.Create(x, (Digest?)Digest.Of([1])));
        _checkout.Write("pins/images.json", ImageLocks.ToJson(needed));
        Assert.EndsWith("in pins/images.json", (await FindingAsync(FindingSeverity.Good)).Text, StringComparison.Ordinal);

        async Task<Finding> FindingAsync(FindingSeverity severity) =>
            Assert.Single(await new Examination(new DeliveryContext(options, Cancellation), DeliveryScope.Publish).RunAsync(), x => x.Name == "Pins" && x.Severity == severity);
    }

    [Fact]
    public async Task Steps_that_are_not_taken_are_not_looked_at()
    {
        var checks = new Preflight(new DeliveryContext(Options with { SigningKey = "/does/not/exist" }, Cancellation), new DeliveryScope { Scans = true }).Checks;

        Assert.Equal("Gate", Assert.Single(checks).Name);
        Assert.Equal("CRITICAL, HIGH stop an image", await checks[0].LookAsync());
    }

    [Fact]
    public async Task Doctor_says_which_images_are_published_without_a_smoke_test()
    {
        var options = Options with { Images = [new("app") { Dockerfile = "Dockerfile" }, new("worker") { Dockerfile = "Dockerfile", SmokeTest = new() { SkippedBecause = "it ends without its queue" } }] };

        var finding = Assert.Single(await new Examination(new DeliveryContext(options, Cancellation), DeliveryScope.Publish).RunAsync(), x => x.Name == "Smoke test");

        Assert.Equal(("worker is published without one: it ends without its queue", FindingSeverity.Notice), (finding.Text, finding.Severity));
    }

    [Fact]
    public async Task Tags_are_looked_at_only_where_they_move_and_Doctor_looks_at_what_the_build_can_do()
    {
        var context = new DeliveryContext(Options, Cancellation);

        Assert.Equal(["Destination", "Signing"], new Preflight(context, new DeliveryScope { Signs = true }).Checks.Select(x => x.Name));
        Assert.Equal(["Tags"], new Preflight(context, new DeliveryScope { Tags = true }).Checks.Select(x => x.Name));
        Assert.Equal(["Docker engine", "Disk"], (await new Examination(context, new DeliveryScope()).RunAsync()).Select(x => x.Name));
        Assert.Contains((await new Examination(context, DeliveryScope.Publish).RunAsync()).Select(x => x.Name), x => x is "Scanner");
    }

    [Theory]
    [InlineData("SmokeTestImages")]
    // What it alone depends on is skipped with it.
    [InlineData("SmokeTestImages", "BuildImages")]
    [InlineData("ScanImages")]
    [InlineData("SignImages")]
    public async Task A_step_that_tags_need_and_that_is_skipped_is_refused_before_anything_is_built(string target, params string[] others)
    {
        var scope = DeliveryScope.Publish with { Skipped = [target, .. others] };

        foreach (var run in (Func<Verb, Task>[])[x => x.RunAsync(), x => x.PlanAsync()])
        {
            var context = new DeliveryContext(Options, Cancellation);
            var problem = (await Assert.ThrowsAsync<WrongUseException>(() => run(new PreparedVerb(context, scope, new BuildImages(context))))).Message;
            Assert.Contains($"--skip cannot have {target} beside Publish", problem, StringComparison.Ordinal);
            Assert.Contains("'app'", problem, StringComparison.Ordinal);
        }

        // Without Publish no tag is going to move.
        Assert.DoesNotContain(new Preflight(new DeliveryContext(Options, Cancellation), scope with { Tags = false }).Checks, x => x.Name == "Skipped");
    }

    [Theory]
    [InlineData(true, true, null)]
    [InlineData(true, false, "SmokeTestImages")]
    // What is built now is another image, as far as can be known.
    [InlineData(false, true, "SmokeTestImages")]
    public async Task A_step_that_was_done_for_an_image_that_is_not_built_again_may_be_skipped(bool isBuildSkipped, bool isDone, string? refused)
    {
        var record = new PublishRecord { Image = "app", Digest = Digest.Of([1]), Repository = "127.0.0.1:1/app", Version = "1", Revision = "a", Platforms = [] };
        (isDone ? record.With(PublishStep.SmokeTest, new StepResult(DateTimeOffset.UnixEpoch, 1, "healthy")) : record).Write(Options.RecordOf("app"));
        var scope = DeliveryScope.Publish with { Skipped = isBuildSkipped ? ["BuildImages", "SmokeTestImages"] : ["SmokeTestImages"] };
        var check = Assert.Single(new Preflight(new DeliveryContext(Options, Cancellation), scope).Checks, x => x.Name == "Skipped");

        if (refused is null) Assert.Contains("SmokeTestImages", await check.LookAsync(), StringComparison.Ordinal);
        else Assert.Contains(refused, (await Assert.ThrowsAsync<WrongUseException>(check.LookAsync)).Message, StringComparison.Ordinal);
    }

    private DeliveryOptions Options => new()
    {
        Root = _checkout.Directory,
        Artifacts = Path.Combine(_checkout.Directory, "artifacts"),
        Images = [new("app") { Dockerfile = "Dockerfile" }],
    };

    private sealed class CountingVerb : Verb
    {
        public int Prepared { get; private set; }

        public int Runs { get; private set; }

        public override Task PrepareAsync(DeliveryScope scope)
        {
            Prepared++;
            return Task.CompletedTask;
        }

        public override Task PlanAsync() => Task.CompletedTask;

        public override Task RunAsync()
        {
            Runs++;
            return Task.CompletedTask;
        }
    }
}
