using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>Real signatures, in a real registry.</summary>
public sealed class CosignTests(RegistryServer server) : IClassFixture<RegistryServer>, IDisposable
{
    private const string Bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_registry_that_was_silent_for_all_of_the_budget_is_not_waited_for_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for cosign is a shell script.");
        var program = _folder.Combine("cosign");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\necho start >> '{_folder.Combine("starts")}'\nsleep 1\necho 'Error: signing: context deadline exceeded' >&2\nexit 1\n", Cancellation);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var cosign = new Cosign(program, new SigningIdentity.Key("cosign.key", null)) { Retry = new RetryOptions { Budget = TimeSpan.FromSeconds(0.9) } };

        var failure = await Assert.ThrowsAsync<RetriesExhaustedException>(() => cosign.SignAsync(server.NewRepository().WithDigest(Digest.Of([])), Cancellation));

        Assert.True(failure.IsSilence);
        Assert.Single(await File.ReadAllLinesAsync(_folder.Combine("starts"), Cancellation));
    }

    [Fact]
    public async Task A_key_pair_is_made_once_and_is_its_owner_s_alone()
    {
        var keys = _folder.Combine("keys");

        var first = await LocalKeyPair.EnsureAsync(keys, await ProgramAsync(), Cancellation);
        var second = await LocalKeyPair.EnsureAsync(keys, await ProgramAsync(), Cancellation);

        Assert.Equal(first, second);
        Assert.Equal([".lock", "cosign.key", "cosign.password", "cosign.pub"], Directory.EnumerateFileSystemEntries(keys).Select(Path.GetFileName).Order());
        Assert.All(Directory.EnumerateFiles(keys), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal(Redaction.Mask, Redaction.Redact(first.Password!));
    }

    [Fact]
    public async Task A_key_in_a_folder_that_others_can_write_signs_nothing()
    {
        var keys = _folder.Combine("keys");
        var program = await ProgramAsync();
        await LocalKeyPair.EnsureAsync(keys, program, Cancellation);
        var open = _folder.Combine("open");
        Directory.Move(keys, open);
        File.SetUnixFileMode(open, (UnixFileMode)0b111_111_111);

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => LocalKeyPair.EnsureAsync(open, program, Cancellation));

        Assert.StartsWith($"Everybody can write the folder of the signing key {open}, and so sign with another key than yours: ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("or name a key with --signing-key.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_first_publishes_at_once_make_one_key_pair()
    {
        var program = await ProgramAsync();

        var pairs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => LocalKeyPair.EnsureAsync(_folder.Combine("keys"), program, Cancellation), Cancellation)));

        Assert.Single(pairs.Distinct());
        // The password is the key's own.
        Assert.StartsWith("key ", (await new Cosign(program, pairs[0]).ReadSignerAsync(Cancellation)).Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_signed_is_verified_with_the_public_key_and_with_no_other()
    {
        var image = await PushAsync();
        var mine = await CosignAsync("mine");
        var other = await CosignAsync("other");

        await mine.SignAsync(image, Cancellation);

        await mine.VerifyAsync(image, await PublicKeyAsync(mine, "mine"), Cancellation);
        await Assert.ThrowsAsync<CommandFailedException>(async () => await mine.VerifyAsync(image, await PublicKeyAsync(other, "other"), Cancellation));
        Assert.NotEqual(await mine.ReadSignerAsync(Cancellation), await other.ReadSignerAsync(Cancellation));
    }

    [Fact]
    public async Task Whether_an_image_is_signed_is_known_where_cosign_and_its_registry_answer()
    {
        var (layout, repository) = (await AttestedAsync(), server.NewRepository());
        using var registry = server.Connect();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        var (mine, other) = (await CosignAsync("mine"), await CosignAsync("other"));
        var signer = await PublicKeyAsync(mine, "mine");
        var verifier = VerifierOf(mine, registry);
        var image = repository.WithDigest(layout.Root.Digest);
        Assert.False(await verifier.IsSignedAsync(image, signer, Cancellation));

        await new ImageSigner(other, layout, registry, repository).SignAsync(Cancellation);
        Assert.False(await verifier.IsSignedAsync(image, signer, Cancellation));

        await new ImageSigner(mine, layout, registry, repository).SignAsync(Cancellation);
        Assert.True(await verifier.IsSignedAsync(image, signer, Cancellation));

        await Assert.ThrowsAnyAsync<DeliveryException>(() => verifier.IsSignedAsync(image, new ExpectedSigner.PublicKey(_folder.Combine("none.pub")), Cancellation));
    }

    [Fact]
    public async Task Bundles_that_cosign_cannot_read_do_not_leave_it_open_whether_an_image_is_signed()
    {
        var (layout, repository) = (await AttestedAsync(), server.NewRepository());
        using var registry = server.Connect();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        var mine = await CosignAsync("mine");
        var signer = await PublicKeyAsync(mine, "mine");
        var hint = SigstoreBundle.HintOf(await File.ReadAllTextAsync(_folder.Combine("mine.pub"), Cancellation));
        var platform = (await layout.ReadPlatformsAsync(Cancellation))[0].Manifest.Digest;
        var wanted = PredicateType.All.Append(PredicateType.Signature).Select(type => (Digest: platform, Type: type)).Append((Digest: layout.Root.Digest, Type: PredicateType.Signature));
        foreach (var (digest, type) in wanted.Distinct())
        {
            var annotations = new JsonObject { ["dev.sigstore.bundle.content"] = "dsse-envelope", ["dev.sigstore.bundle.predicateType"] = type.Uri };
            var said = $$$"""{"mediaType":"{{{Bundle}}}","verificationMaterial":{"publicKey":{"hint":"{{{hint}}}"}},"dsseEnvelope":"{{{Guid.NewGuid()}}}"}""";
            await DamagedReferrer.PutAsync(registry, repository.WithDigest(digest), "invalid", Bundle, annotations, Cancellation, said);
        }

        Assert.False(await VerifierOf(mine, registry).IsSignedAsync(repository.WithDigest(layout.Root.Digest), signer, Cancellation));
    }

    [Fact]
    public async Task A_registry_that_refuses_a_bundle_for_a_moment_does_not_make_an_image_unsigned()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        var (layout, repository) = (await AttestedAsync(), proxy.NewRepository());
        using var registry = new OciRegistry(repository.Domain!);
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        var mine = await CosignAsync("mine");
        var image = repository.WithDigest(layout.Root.Digest);
        await new ImageSigner(mine, layout, registry, repository).SignAsync(Cancellation);
        var bundles = await registry.ListReferrersAsync(image, cancellationToken: Cancellation);
        var manifest = await registry.GetManifestAsync(image.WithDigest(bundles.Single().Digest), Cancellation);
        proxy.Fail(request => request.Path.Contains(manifest.Blobs.Single(x => x.MediaType == Bundle).Digest.ToString(), StringComparison.Ordinal), new NetworkFault.Answer(429));

        Assert.True(await VerifierOf(mine, registry).IsSignedAsync(image, await PublicKeyAsync(mine, "mine"), Cancellation));
    }

    [Theory]
    [InlineData("https://github.com/octo/app", "https://github.com/octo/app.git", null)]
    [InlineData("https://github.com/Octo/App", "git@work.github.com:octo/app.git", null)]
    [InlineData("https://github.com/octo/app", "/builds/app", null)]
    [InlineData("", "https://github.com/octo/app", null)]
    [InlineData("https://github.com/octo/app", "https://github.com/stranger/malware", "was built from stranger/malware, not from octo/app")]
    [InlineData("https://gitlab.com/group/sub/app", "https://github.com/stranger/malware", "was built from stranger/malware, not from group/sub/app")]
    [InlineData("https://github.com/octo/app", "https://gitlab.com/group/sub/app", "was built from group/sub/app, not from octo/app")]
    public async Task A_provenance_signed_with_a_key_names_the_repository_that_the_image_names(string image, string source, string? problem)
    {
        var commit = new string('c', 40);
        var layout = await LayoutBuilder.WriteAttestedAsync(
            _folder.Combine("layout"),
            source,
            new JsonObject { ["org.opencontainers.image.revision"] = commit, ["org.opencontainers.image.source"] = image },
            new JsonObject { ["source"] = source, ["revision"] = commit });
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        var cosign = await CosignAsync("mine");
        await new ImageSigner(cosign, layout, registry, repository).SignAsync(Cancellation);
        var signer = await PublicKeyAsync(cosign, "mine");

        Task VerifyAsync(bool namesItsRepository) => new ImageVerifier(cosign, registry) { NamesItsRepository = namesItsRepository }
            .VerifyAsync(repository.WithDigest(layout.Root.Digest), signer, Cancellation);

        if (problem is null) await VerifyAsync(true);
        else Assert.Contains(problem, (await Assert.ThrowsAsync<StatementException>(() => VerifyAsync(true))).Message, StringComparison.Ordinal);
        await VerifyAsync(false);
    }

    [Theory]
    [InlineData("app", true)]
    [InlineData("unknown", true)]
    [InlineData("vendored", false)]
    public async Task What_an_image_names_counts_unless_its_own_definition_gives_it(string name, bool counts)
    {
        var layout = await LayoutBuilder.WriteAttestedAsync(
            _folder.Combine("layout"),
            name,
            new JsonObject { [OciLabels.RevisionKey] = new string('c', 40), [OciLabels.SourceKey] = "https://github.com/octo/app" },
            new JsonObject { ["source"] = "https://github.com/stranger/malware", ["revision"] = new string('d', 40) });
        using var registry = server.Connect();
        var repository = ImageReference.Parse($"{server.NewRepository()}/{name}");
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        var cosign = await CosignAsync("mine");
        await new ImageSigner(cosign, layout, registry, repository).SignAsync(Cancellation);
        var labels = new Dictionary<string, string> { [OciLabels.SourceKey] = "https://example.com", [OciLabels.RevisionKey] = "v1" };
        List<ImageDefinition> images = [new("app"), new("vendored") { Labels = labels }];
        using var context = new DeliveryContext(new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Images = images }, Cancellation);
        context.Know(nameof(SignerOfBuild.VerifierAsync), Task.FromResult(cosign));
        var signer = await PublicKeyAsync(cosign, "mine");

        Task VerifyAsync() => context.EnsureSignedAsync(registry, repository.WithDigest(layout.Root.Digest), signer);

        if (counts) Assert.Contains("was built from stranger/malware, not from octo/app", (await Assert.ThrowsAsync<StatementException>(VerifyAsync)).Message, StringComparison.Ordinal);
        else await VerifyAsync();
    }

    [Fact]
    public async Task The_credentials_that_push_sign_and_verify_too_and_are_gone_afterwards()
    {
        const string htpasswd = "ada:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW", password = "open sesame";
        await File.WriteAllTextAsync(_folder.Combine("htpasswd"), htpasswd, Cancellation);
        await using var closed = RegistryServer.With($"htpasswd:\n  realm: registry\n  path: {_folder.Combine("htpasswd")}");
        await closed.InitializeAsync();
        var ada = new Credentials("ada", password);
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine("layout"));
        using var registry = closed.Connect(ada);
        var image = closed.NewRepository().WithDigest(layout.Root.Digest);
        await registry.PushAsync(layout, image, cancellationToken: Cancellation);
        var cosign = await CosignAsync("keys");

        await Assert.ThrowsAsync<CommandFailedException>(() => cosign.SignAsync(image, Cancellation));
        await (cosign with { Login = ada }).SignAsync(image, Cancellation);
        await (cosign with { Login = ada }).VerifyAsync(image, await PublicKeyAsync(cosign, "keys"), Cancellation);

        Assert.DoesNotContain(
            Directory.EnumerateFiles(CacheDirectory.Default.Combine("logins"), "*", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains(closed.Domain, StringComparison.Ordinal));
    }

    [Fact]
    public void A_login_stands_under_the_key_that_other_programs_look_for_and_only_its_owner_can_read_it()
    {
        using var login = new TemporaryLogin("docker.io", new Credentials("ada", "open sesame"));

        Assert.Contains("\"https://index.docker.io/v1/\"", File.ReadAllText(Path.Combine(login.Folder, "config.json")), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(login.Folder));
    }

    [Fact]
    public async Task A_key_given_as_text_signs_like_the_file()
    {
        var image = await PushAsync();
        var file = await CosignAsync("keys");
        var key = (SigningIdentity.Key)file.Identity!;
        var text = file with { Identity = SigningIdentity.FromParameter(await File.ReadAllTextAsync(key.Reference, Cancellation), key.Password) };
        Assert.IsType<SigningIdentity.KeyText>(text.Identity);

        await text.SignAsync(image, Cancellation);

        await file.VerifyAsync(image, await PublicKeyAsync(file, "keys"), Cancellation);
    }

    [Fact]
    public async Task A_key_file_that_a_link_names_is_a_file()
    {
        var file = await CosignAsync("keys");
        var key = (SigningIdentity.Key)file.Identity!;
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder.Combine("key"), key.Reference);

        Assert.Equal(folder.Combine("key"), Assert.IsType<SigningIdentity.Key>(SigningIdentity.FromParameter(folder.Combine("key"), key.Password)).Reference);
    }

    [Fact]
    public async Task A_key_from_a_pipe_is_read_once_and_signs_like_the_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other pipes.");
        var file = await CosignAsync("keys");
        var key = (SigningIdentity.Key)file.Identity!;
        using var folder = new TemporaryFolder();
        var pipe = folder.Combine("key");
        await CommandRunner.RunAsync(new Command("mkfifo", "-m", "600", pipe), cancellationToken: Cancellation);
        var text = await File.ReadAllTextAsync(key.Reference, Cancellation);
        // Opening a pipe waits for the other end.
        var written = Task.Run(() => File.WriteAllText(pipe, text), Cancellation);
        using var context = new DeliveryContext(
            new DeliveryOptions { Root = folder.Path, Artifacts = folder.Path, Images = [], SigningKey = pipe, SigningPassword = key.Password }, Cancellation) { Environment = TestEnvironment.OutsideWorkflows };

        var choices = await Task.Run(() => (SigningChoice.Of(context), SigningChoice.Of(context)), Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
        await written;
        choices.Item1.Named!.EnsureMayBeKey();

        Assert.Same(choices.Item1, choices.Item2);
        Assert.Equal(await file.ReadSignerAsync(Cancellation), await (file with { Identity = choices.Item2.Named }).ReadSignerAsync(Cancellation));
    }

    [Theory]
    [InlineData("COSIGN_PRIVATE_KEY")]
    [InlineData("RELEASE_KEY")]
    public async Task A_key_in_a_variable_signs_like_the_file_and_is_a_secret(string variable)
    {
        var file = await CosignAsync("keys");
        var key = (SigningIdentity.Key)file.Identity!;
        var text = await File.ReadAllTextAsync(key.Reference, Cancellation);
        // Programs do not get it: it is in no process's variables.
        var environment = new ProcessEnvironment(new Dictionary<string, string> { [variable] = text });

        var identity = SigningIdentity.FromParameter($"env://{variable}", key.Password, environment);

        Assert.Equal(new SigningIdentity.KeyText(text, key.Password), identity);
        Assert.Equal(await file.ReadSignerAsync(Cancellation), await (file with { Identity = identity }).ReadSignerAsync(Cancellation));
        Assert.Equal([variable], KeyService.SecretsOf($"env://{variable}"));
    }

    [Fact]
    public async Task A_key_that_is_set_in_signs_and_a_password_that_is_missing_or_wrong_is_named_as_its_parameter()
    {
        var file = await CosignAsync("keys");
        var key = (SigningIdentity.Key)file.Identity!;
        var text = $"\n  {(await File.ReadAllTextAsync(key.Reference, Cancellation)).Replace("\n", "\n  ", StringComparison.Ordinal)}";
        var environment = new ProcessEnvironment(new Dictionary<string, string> { ["RELEASE_KEY"] = text });

        Assert.Equal(await file.ReadSignerAsync(Cancellation), await With(key.Password).ReadSignerAsync(Cancellation));
        Assert.Equal(
            "--signing-key cannot be opened: the key given as text is encrypted, and there is no password. Give it with --signing-password.",
            (await Assert.ThrowsAsync<WrongUseException>(() => With(null).ReadSignerAsync(Cancellation))).Message);
        Assert.Equal(
            "--signing-key cannot be opened: the password in --signing-password is not that of the key given as text.",
            (await Assert.ThrowsAsync<WrongUseException>(() => With("wrong").ReadSignerAsync(Cancellation))).Message);

        Cosign With(string? password) => file with { Identity = SigningIdentity.FromParameter("env://RELEASE_KEY", password, environment) };
    }

    [Fact]
    public async Task A_wrong_password_of_a_key_in_a_file_is_named_and_so_is_a_line_break_at_its_end()
    {
        var cosign = await CosignAsync("keys");
        var own = (SigningIdentity.Key)cosign.Identity!;
        var key = own with { Reference = _folder.Combine("release.key") };
        File.Copy(own.Reference, key.Reference);
        var problem = $"--signing-key cannot be opened: the password in --signing-password is not that of {key.Reference}.";

        Assert.Equal(problem, await ProblemAsync("wrong"));
        Assert.Equal($"{problem} It ends with a line break, as the text of a file does: give it without.", await ProblemAsync($"{key.Password}\n"));

        async Task<string> ProblemAsync(string password) => (await Assert.ThrowsAsync<WrongUseException>(() =>
            (cosign with { Identity = key with { Password = password } }).ReadSignerAsync(Cancellation))).Message;
    }

    [Theory]
    [InlineData("", "--signing-key names the environment variable 'RELEASE_KEY', which is not set.")]
    [InlineData("no key", "the environment variable 'RELEASE_KEY' holds no private key")]
    public void A_variable_without_a_key_is_named_before_the_build(string value, string problem)
    {
        var environment = new ProcessEnvironment(new Dictionary<string, string> { ["RELEASE_KEY"] = value });
        using var context = new DeliveryContext(new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Path, Images = [], SigningKey = "env://RELEASE_KEY" }, Cancellation) { Environment = environment };

        Assert.Contains(problem, Assert.Throws<WrongUseException>(() => SigningChoice.Of(context)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cosign.key")]
    [InlineData("cosign.password")]
    public async Task A_key_of_which_a_byte_was_changed_signs_nothing_and_is_named(string name)
    {
        var cosign = await CosignAsync("keys");
        var image = await PushAsync();
        var file = _folder.Combine("keys", name);
        var content = await File.ReadAllBytesAsync(file, Cancellation);
        content[content.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, content, Cancellation);

        var failure = await Assert.ThrowsAsync<CommandFailedException>(async () => await (await CosignAsync("keys")).SignAsync(image, Cancellation));

        Assert.Contains(_folder.Combine("keys", "cosign.key"), failure.Message, StringComparison.Ordinal);
        using var registry = server.Connect();
        Assert.Empty(await registry.ListReferrersAsync(image, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task A_wrong_password_is_said_without_being_shown()
    {
        const string wrong = "not-the-password-0815";
        Redaction.Register(wrong);
        var cosign = await CosignAsync("keys");
        var image = await PushAsync();

        var failure = await Assert.ThrowsAsync<CommandFailedException>(() =>
            (cosign with { Identity = (SigningIdentity.Key)cosign.Identity! with { Password = wrong } }).SignAsync(image, Cancellation));

        Assert.Contains("decrypt", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(wrong, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("awskms:///alias/acci")]
    [InlineData("gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k")]
    [InlineData("hashivault://acci")]
    [InlineData("digicert://acci")]
    [InlineData("pkcs11:token=acci;object=key?module-path=/usr/lib/token.so")]
    public void A_key_service_s_address_is_handed_to_cosign_as_it_is(string uri) =>
        Assert.Equal(new SigningIdentity.Key(uri, null), SigningIdentity.FromParameter(uri, null));

    [Fact]
    public void An_empty_PIN_is_none() => Assert.Null(((SigningIdentity.Key)SigningIdentity.FromParameter("pkcs11:token=t?pin-value=", null)).Pin);

    [Theory]
    [InlineData("pkcs11:token=t;object=o?pin-value=pin-1-98765", "pkcs11:token=t;object=o", "pin-1-98765")]
    [InlineData("pkcs11:token=t?pin-value=pin%202&module-path=/x.so", "pkcs11:token=t?module-path=/x.so", "pin 2")]
    [InlineData("pkcs11:token=t?module-path=/x.so&pin-value=pin-3-98765", "pkcs11:token=t?module-path=/x.so", "pin-3-98765")]
    [InlineData("pkcs11:token=t?module-path=/x.so&pin-value=pin-4-98765&slot=1", "pkcs11:token=t?module-path=/x.so&slot=1", "pin-4-98765")]
    public async Task The_PIN_in_a_key_s_address_is_no_argument_of_a_program(string uri, string reference, string pin)
    {
        var (script, seen) = (_folder.Combine("cosign"), _folder.Combine("seen"));
        await File.WriteAllTextAsync(script, $"#!/bin/sh\nprintf '%s|' \"$@\" \"$COSIGN_PKCS11_PIN\" > {seen}\nexit 1\n", Cancellation);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await Assert.ThrowsAnyAsync<DeliveryException>(() => new Cosign(script, SigningIdentity.FromParameter(uri, null)).ReadSignerAsync(Cancellation));

        Assert.Equal($"public-key|--key|{reference}|{pin}|", await File.ReadAllTextAsync(seen, Cancellation));
        Assert.Equal($"<{Redaction.Mask}>", Redaction.Redact($"<{pin}>"));
    }

    [Fact]
    public async Task A_key_is_opened_once_for_its_public_half_and_again_after_a_failure()
    {
        var (script, asked, keys) = (_folder.Combine("cosign"), _folder.Combine("asked"), _folder.Combine("keys"));
        await File.WriteAllTextAsync(script, $"#!/bin/sh\necho \"$3\" >> {asked}\ncat {keys}/\"$3\"\n", Cancellation);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Directory.CreateDirectory(keys);
        var one = new Cosign(script, new SigningIdentity.Key("one", "s3cr3t"));
        var other = one with { Identity = new SigningIdentity.Key("other", "s3cr3t") };

        await Assert.ThrowsAnyAsync<DeliveryException>(() => one.ReadSignerAsync(Cancellation));
        foreach (var key in (string[])["one", "other"]) await File.WriteAllTextAsync(Path.Combine(keys, key), $"{key}'s", Cancellation);
        foreach (var cosign in (Cosign[])[one, other, one with { Retry = new RetryOptions() }, other])
        {
            await cosign.ReadSignerAsync(Cancellation);
            await cosign.WritePublicKeyAsync(_folder.Combine("public"), Cancellation);
            Assert.Equal($"{((SigningIdentity.Key)cosign.Identity!).Reference}'s", (await File.ReadAllTextAsync(_folder.Combine("public"), Cancellation)).Trim());
        }

        Assert.Equal(["one", "one", "other"], await File.ReadAllLinesAsync(asked, Cancellation));
    }

    [Theory]
    [InlineData("no-such-file-or-secret")]
    [InlineData("https://no-such-file-or-secret")]
    [InlineData("AWSKMS:///alias/no-such-file-or-secret")]
    [InlineData("file:///no-such-file-or-secret")]
    public void A_key_that_is_nothing_of_the_kind_is_refused_without_being_shown(string key)
    {
        var failure = Assert.Throws<WrongUseException>(() => SigningIdentity.FromParameter(key, null));

        Assert.Contains("--signing-key names no file, is no key service's URI", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("no-such-file-or-secret", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gcpkms", "those of its own releases")]
    [InlineData("digicert", "the plugin sigstore-kms-digicert")]
    public async Task A_key_service_that_a_cosign_was_built_without_is_named_with_where_there_is_another(string scheme, string release)
    {
        var program = _folder.Combine("cosign");
        var error = $"error during command execution: loading URL: unrecognized scheme: {scheme}://";
        await File.WriteAllTextAsync(program, $"#!/bin/sh\necho '{error}' >&2; exit 1\n", Cancellation);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var cosign = new Cosign(program, SigningIdentity.FromParameter($"{scheme}://projects/p", null));
        var failure = await Assert.ThrowsAsync<WrongUseException>(() => cosign.ReadSignerAsync(Cancellation));

        var problem = $"--signing-key names a key in {scheme}://, and {program} was built without that.";
        Assert.StartsWith(problem, failure.Message, StringComparison.Ordinal);
        Assert.Contains(release, failure.Message, StringComparison.Ordinal);
        Assert.Contains("https://docs.sigstore.dev/cosign", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ec", "'cosign import-key-pair --key FILE'")]
    [InlineData("ec, PKCS#8", "'cosign import-key-pair --key FILE'")]
    [InlineData("rsa", "'cosign import-key-pair --key FILE'")]
    [InlineData("ec, parameters first", "'openssl pkey -in FILE -out plain.pem'")]
    [InlineData("ec, encrypted", "'openssl pkey -in FILE -out plain.pem'")]
    [InlineData("rsa, encrypted", "'openssl pkey -in FILE -out plain.pem'")]
    public void A_private_key_of_another_program_s_is_named_with_how_cosign_gets_it(string kind, string remedy)
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var pem = kind switch
        {
            "ec" => curve.ExportECPrivateKeyPem(),
            "ec, PKCS#8" => curve.ExportPkcs8PrivateKeyPem(),
            "ec, parameters first" =>
                $"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{curve.ExportECPrivateKeyPem()}",
            "rsa" => rsa.ExportRSAPrivateKeyPem(),
            "ec, encrypted" => curve.ExportEncryptedPkcs8PrivateKeyPem(
                "a", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)),
            _ => "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        };

        Assert.Contains(remedy, Assert.Throws<WrongUseException>(() => SigningIdentity.FromParameter(pem, null)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")]
    public void A_private_key_that_is_cut_off_is_not_taken_for_what_follows_it(string next)
    {
        var key = $"-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n{next}";

        var failure = Assert.Throws<WrongUseException>(() => SigningIdentity.FromParameter(key, null));

        Assert.Contains("cut off", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\\n")]
    [InlineData("\\r\\n")]
    public async Task A_key_whose_line_breaks_a_secret_store_has_changed_is_the_same_key(string lineBreak)
    {
        var pair = await LocalKeyPair.EnsureAsync(_folder.Combine("keys"), await ProgramAsync(), Cancellation);
        var text = (await File.ReadAllTextAsync(pair.Reference, Cancellation)).ReplaceLineEndings(lineBreak);
        var file = _folder.Combine("changed.key");
        await File.WriteAllTextAsync(file, text, Cancellation);

        foreach (var key in (string[])[text, file])
        {
            var cosign = new Cosign(await ProgramAsync(), SigningIdentity.FromParameter(key, pair.Password));
            Assert.Equal(await new Cosign(await ProgramAsync(), pair).ReadSignerAsync(Cancellation), await cosign.ReadSignerAsync(Cancellation));
        }
    }

    [Theory]
    [InlineData("a byte order mark")]
    [InlineData("UTF-16")]
    [InlineData("the public half before it")]
    public async Task A_key_file_that_cosign_does_not_read_as_it_is_holds_the_same_key(string kind)
    {
        var pair = await LocalKeyPair.EnsureAsync(_folder.Combine("keys"), await ProgramAsync(), Cancellation);
        var text = await File.ReadAllTextAsync(pair.Reference, Cancellation);
        if (kind == "the public half before it") text = await File.ReadAllTextAsync(_folder.Combine("keys", "cosign.pub"), Cancellation) + text;
        var encoding = kind == "UTF-16" ? Encoding.Unicode : new UTF8Encoding(encoderShouldEmitUTF8Identifier: kind == "a byte order mark");
        var file = _folder.Combine("changed.key");
        await File.WriteAllTextAsync(file, text, encoding, Cancellation);

        var cosign = new Cosign(await ProgramAsync(), SigningIdentity.FromParameter(file, pair.Password));
        Assert.Equal(await new Cosign(await ProgramAsync(), pair).ReadSignerAsync(Cancellation), await cosign.ReadSignerAsync(Cancellation));
    }

    [Fact]
    public async Task A_file_that_is_no_private_key_is_named()
    {
        await LocalKeyPair.EnsureAsync(_folder.Combine("keys"), await ProgramAsync(), Cancellation);

        var failure = Assert.Throws<WrongUseException>(() => SigningIdentity.FromParameter(_folder.Combine("keys", "cosign.pub"), null));

        Assert.Contains("cosign.pub holds no private key", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keyless_outside_a_workflow_says_what_it_needs()
    {
        Assert.Contains("id-token: write", (await Assert.ThrowsAsync<DeliveryException>(() => SigningIdentity.Keyless.FromGitHubActionsAsync(ProcessEnvironment.Empty, new RetryOptions(), Cancellation))).Message, StringComparison.Ordinal);
    }

    private async Task<ImageReference> PushAsync()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine("layout"));
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        return repository.WithDigest(layout.Root.Digest);
    }

    private static ImageVerifier VerifierOf(Cosign cosign, OciRegistry registry) => new(cosign, registry) { NamesItsCommit = false, NamesItsRepository = false };

    private Task<OciLayout> AttestedAsync() => LayoutBuilder.WriteAttestedAsync(
        _folder.Combine("layout"), "https://github.com/octo/app", new JsonObject(), new JsonObject { ["source"] = "https://github.com/octo/app" });

    private async Task<Cosign> CosignAsync(string keys)
    {
        var program = await ProgramAsync();
        return new Cosign(program, await LocalKeyPair.EnsureAsync(_folder.Combine(keys), program, Cancellation));
    }

    private async Task<ExpectedSigner> PublicKeyAsync(Cosign cosign, string name)
    {
        var file = _folder.Combine($"{name}.pub");
        await cosign.WritePublicKeyAsync(file, Cancellation);
        return new ExpectedSigner.PublicKey(file);
    }

    // From the PATH, or fetched the way a publish does it.
    private static async Task<string> ProgramAsync()
    {
        Assert.SkipUnless(Executables.Find("cosign") is not null || PrivateEngine.CanFetchPackages, "cosign is not on the PATH, and this machine does not run Debian, whose packages have it.");
        return await new PrivateTools(new EngineScripts(CacheDirectory.Default)).CosignAsync(Cancellation);
    }
}
