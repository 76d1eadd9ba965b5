using System.Security.Cryptography.X509Certificates;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Registries;

/// <summary>How a registry of a company is reached: by an authority that is named or docker's, or in plain http where it is named so.</summary>
[Collection(nameof(AlteredLog))]
public sealed class RegistryAccessTests : IDisposable
{
    private const string Domain = "registry.lan:5000";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Authorities_are_those_that_are_named_and_docker_s()
    {
        var named = new TestAuthority(_folder.Combine("named"));
        var docker = new TestAuthority(CertsD());
        var own = docker.Sign("client");

        var access = Context(x => x with { Registry = $"{Domain}/team", RegistryCa = named.CertificateFile }).AccessTo(Domain);

        Assert.Equal([named.CertificateFile, docker.CertificateFile], access.AuthorityFiles);
        Assert.Equal(2, access.Trust.Authorities.Count);
        Assert.Equal([own], access.OwnFiles);
        Assert.True(Assert.Single(access.Trust.Own).HasPrivateKey);
        Assert.False(access.IsPlainHttp);
    }

    [Fact]
    public void What_docker_has_for_one_registry_is_for_no_other()
    {
        _ = new TestAuthority(CertsD());

        Assert.True(Context().AccessTo("registry.lan").IsUsual);
        Assert.True(Context().AccessTo("ghcr.io").IsUsual);
        Assert.False(Context().AccessTo(Domain).IsUsual);
    }

    [Fact]
    public void A_relative_file_begins_at_the_repository_s_root()
    {
        var named = new TestAuthority(_folder.Combine("certificates"));

        Assert.Equal([named.CertificateFile], Context(x => x with { RegistryCa = "certificates/ca.crt" }).AccessTo("ghcr.io").AuthorityFiles);
    }

    [Theory]
    [InlineData("http://registry.lan:5000/team", "registry.lan:5000", true)]
    [InlineData("http://registry.lan:5000/team", "registry.lan", false)]
    [InlineData("registry.lan:5000/team", "registry.lan:5000", false)]
    [InlineData("http://127.0.0.1:5000", "127.0.0.1:5000", false)]
    public void Plain_http_is_for_the_registry_that_is_named_so(string registry, string domain, bool isPlain) =>
        Assert.Equal(isPlain, Context(x => x with { Registry = registry }).AccessTo(domain).IsPlainHttp);

    [Fact]
    public void Https_cannot_be_typed_because_it_is_meant_without() =>
        Assert.Throws<WrongUseException>(() => Context(x => x with { Registry = "https://registry.lan/team" }).NamedDestination());

    [Theory]
    [InlineData("client.cert", "its private key is not there; an authority's file ends in .crt")]
    [InlineData("client.key", "its certificate is not there")]
    public void Half_of_a_pair_is_left_out_and_that_is_said(string file, string problem)
    {
        File.WriteAllText(Path.Combine(CertsD(), file), "");

        Assert.Contains($"{file}: {problem}", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.True(Context().AccessTo(Domain).IsUsual);
    }

    // As docker's documentation has it, /etc/docker/certs.d is the engine's, which is root.
    [Theory]
    [InlineData("client.key", "client.key cannot be read")]
    [InlineData("ca.crt", "ca.crt cannot be read")]
    [InlineData(".", "Docker's certificates in ")]
    public void What_is_for_root_alone_is_left_out_and_that_is_said(string forbidden, string warning)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Root reads everything.");
        new TestAuthority(CertsD()).Sign("client");
        var path = Path.GetFullPath(Path.Combine(CertsD(), forbidden));
        File.SetUnixFileMode(path, UnixFileMode.None);
        var warnings = new List<string>();
        try
        {
            var found = CertificateFolders.Of(Machine).Find(Domain, warnings.Add);

            Assert.Equal(forbidden == "ca.crt" ? 1 : 0, found.Own.Count);
            Assert.Equal(forbidden == "client.key" ? 1 : 0, found.Authorities.Count);
            Assert.Contains(warning, Assert.Single(warnings), StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task A_registry_that_no_parameter_names_is_not_advised_to_be_named()
    {
        await using var behind = new RegistryServer();
        await behind.InitializeAsync();
        using var server = new Forwarder(OwnAddress(), behind.Domain);

        using var registry = Context(x => x with { Registry = "ghcr.io/o" }).Connect(server.Domain);

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => registry.EnsureReachableAsync(Cancellation));
        Assert.DoesNotContain("is spoken only where it is named", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_neither_are_passed_over()
    {
        File.WriteAllText(Path.Combine(CertsD(), "README"), "");

        Assert.True(Context().AccessTo(Domain).IsUsual);
    }

    // The machine's own authorities may verify the registry all the same, as they did before anybody read these files.
    [Fact]
    public async Task What_is_no_certificate_is_left_out_of_docker_s_and_refused_where_it_is_named()
    {
        var file = Path.Combine(CertsD(), "ca.crt");
        foreach (var (content, problem) in ((byte[]?, string)[])
        [
            ([], "holds no certificate"), ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"u8.ToArray(), "holds a damaged certificate"), (Der(), "in DER form"),
            (null, "cannot be read"),
        ])
        {
            File.Delete(file);
            if (content is null) File.CreateSymbolicLink(file, _folder.Combine("gone"));
            else File.WriteAllBytes(file, content);
            var warning = Assert.Single(Warnings());
            Assert.StartsWith(file, warning, StringComparison.Ordinal);
            Assert.Contains(problem, warning, StringComparison.Ordinal);
            Assert.Contains($". {Domain} is reached without it", warning, StringComparison.Ordinal);
            Assert.True(Context().AccessTo(Domain).IsUsual);
            // Whatever the build is going to do.
            var checks = new Preflight(Context(x => x with { Registry = $"{Domain}/team" }), DeliveryScope.Publish).Checks;
            Assert.StartsWith("none that can be used", await checks.Single(x => x.Name == "Certificates").LookAsync(), StringComparison.Ordinal);
            if (content is not null)
                Assert.Contains(problem, Assert.Throws<WrongUseException>(() => Context(x => x with { RegistryCa = file }).AccessTo("ghcr.io")).Message, StringComparison.Ordinal);
        }

        byte[] Der() => X509CertificateLoader.LoadCertificateFromFile(new TestAuthority(_folder.Combine("der")).CertificateFile).RawData;
    }

    [Fact]
    public void All_certificates_of_a_named_file_count_and_a_damaged_one_is_refused()
    {
        var file = _folder.Combine("all.crt");
        string[] both = [.. new[] { "one", "two" }.Select(x => File.ReadAllText(new TestAuthority(_folder.Combine(x), x).CertificateFile))];
        File.WriteAllText(file, string.Join('\n', both));

        Assert.Equal(["CN=one", "CN=two"], Context(x => x with { RegistryCa = file }).AccessTo("ghcr.io").Trust.Authorities.Select(x => x.Subject));
        File.WriteAllText(file, $"{both[0]}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Assert.Contains("holds a damaged certificate", Assert.Throws<WrongUseException>(() => Context(x => x with { RegistryCa = file }).AccessTo("ghcr.io")).Message, StringComparison.Ordinal);
    }

    // Whoever may use an engine reads in its containers.
    [Theory]
    [InlineData("unix:///var/run/docker.sock", true)]
    [InlineData("tcp://docker.example.com:2376", false)]
    [InlineData("ssh://ada@docker.example.com", false)]
    [InlineData("tcp://127.0.0.1:2375", false)]
    public async Task A_private_key_goes_to_a_builder_at_an_engine_of_this_machine_alone(string endpoint, bool isTold)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        new TestAuthority(CertsD()).Sign("client");
        var program = Program("docker", $"""
            case "$*" in
            "context show") echo default ;;
            "context inspect "*) echo {endpoint} ;;
            "buildx inspect") printf 'Name: default\nDriver: docker\n' ;;
            "info --format {"{{json .DriverStatus}}"}") echo '[["Backing Filesystem","extfs"]]' ;;
            "info --format {"{{.ID}}"}") echo one ;;
            "buildx create "*) while [ "$1" != --config ]; do shift; done; cp -r "$(dirname "$2")" '{_folder.Combine("told")}' ;;
            "buildx inspect --bootstrap "*) ;;
            "buildx inspect "*|"container inspect "*) exit 1 ;;
            esac
            """);
        using var log = new AlteredLog();
        var engine = new DockerEngine(program) { Process = Machine, BuildKitRegistries = Context(x => x with { Registry = $"{Domain}/team" }).BuildKitRegistries() };

        await engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation);

        Assert.Contains("ca = [", await File.ReadAllTextAsync(_folder.Combine("told", "buildkitd.toml"), Cancellation), StringComparison.Ordinal);
        var told = Directory.GetFiles(_folder.Combine("told"), "*", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        Assert.Equal(isTold, told.Any(x => x.Contains("PRIVATE KEY", StringComparison.Ordinal)));
        Assert.Equal(isTold, told.Any(x => x.Contains("keypair", StringComparison.Ordinal)));
        Assert.Equal(!isTold, string.Join("\n", log.Said).Contains($"The builder at {endpoint} does not get this machine's client certificates for {Domain}", StringComparison.Ordinal));
    }

    [Fact]
    public void Readers_are_told_what_a_client_certificate_in_a_command_is()
    {
        var access = new RegistryAccess(Domain) { OwnFiles = [("/home/ada/client.cert", "/home/ada/client.key")] };

        Assert.StartsWith($"# client.cert and client.key are your own certificate for {Domain}", access.Remark, StringComparison.Ordinal);
        Assert.Equal(["--registry-client-cert", "client.cert", "--registry-client-key", "client.key"], access.ReadersArguments);
    }

    // A login is for one of them, and nothing says for which.
    [Theory]
    [InlineData("ghcr.io/o,registry.lan/team", true)]
    [InlineData("ghcr.io/a,ghcr.io/b", false)]
    [InlineData("ghcr.io/o", false)]
    public async Task One_login_is_not_given_for_several_registries(string registry, bool isRefused)
    {
        var context = Context(x => x with { Registry = registry, RegistryUser = "ada", RegistryToken = "s3cr3t" });

        var error = await Record.ExceptionAsync(() => new Preflight(context, DeliveryScope.Publish).Checks.Single(x => x.Name == "Destination").LookAsync());

        if (!isRefused) Assert.Null(error);
        else
        {
            Assert.StartsWith(
                "--registry names several (ghcr.io/o, registry.lan/team), and --registry-user with --registry-token is a login for one.", Assert.IsType<WrongUseException>(error).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_client_of_a_build_goes_by_it()
    {
        var address = OwnAddress();
        var authority = new TestAuthority(_folder.Combine("company"));
        await using var behind = await authority.StartRegistryAsync(address);
        using var server = new Forwarder(address, behind.Domain);
        var context = Context(x => x with { Registry = $"{server.Domain}/team", RegistryCa = authority.CertificateFile });

        using (var registry = context.Connect(server.Domain)) await registry.EnsureReachableAsync(Cancellation);
        using var stranger = Context(x => x with { RegistryCa = new TestAuthority(_folder.Combine("other")).CertificateFile }).Connect(server.Domain);
        await Assert.ThrowsAnyAsync<DeliveryException>(() => stranger.EnsureReachableAsync(Cancellation));
    }

    // docker and cosign send all certificates of the file. The registry may know the root alone.
    [Fact]
    public async Task A_client_certificate_is_shown_with_those_between_it_and_the_root()
    {
        var address = OwnAddress();
        var root = new TestAuthority(_folder.Combine("root"));
        await using var behind = await root.StartRegistryAsync(address, asksForCertificate: true);
        using var server = new Forwarder(address, behind.Domain);
        var between = root.Intermediate(_folder.Combine("between"));
        var (certificate, key) = between.Sign("client");
        var folder = Directory.CreateDirectory(_folder.Combine("home", ".docker", "certs.d", server.Domain)).FullName;
        File.Copy(root.CertificateFile, Path.Combine(folder, "ca.crt"));
        File.Copy(key, Path.Combine(folder, "client.key"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "client.cert"), await File.ReadAllTextAsync(certificate, Cancellation) + "\n" + await File.ReadAllTextAsync(between.CertificateFile, Cancellation), Cancellation);

        using var registry = Context(x => x with { Registry = $"{server.Domain}/team" }).Connect(server.Domain);

        await registry.EnsureReachableAsync(Cancellation);
    }

    [Fact]
    public async Task The_client_of_a_build_speaks_plain_http_only_where_it_is_named()
    {
        await using var behind = new RegistryServer();
        await behind.InitializeAsync();
        using var server = new Forwarder(OwnAddress(), behind.Domain);

        using (var registry = Context(x => x with { Registry = $"http://{server.Domain}/team" }).Connect(server.Domain)) await registry.EnsureReachableAsync(Cancellation);
        using var usual = Context(x => x with { Registry = $"{server.Domain}/team" }).Connect(server.Domain);
        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => usual.EnsureReachableAsync(Cancellation));
        Assert.EndsWith($"is spoken only where it is named: --registry http://{server.Domain}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BuildKit_is_told_of_every_registry_that_is_special()
    {
        var authority = new TestAuthority(CertsD());
        var (certificate, key) = authority.Sign("client");
        var context = Context(x => x with { Registry = "http://plain.lan/team", ImageMirror = $"{Domain}/hub", Images = [new("app") { Dockerfile = "Dockerfile", BaseImages = [new(ImageReference.Parse("debian"))] }] });

        var registries = context.BuildKitRegistries();

        var folder = Directory.CreateDirectory(_folder.Combine("told")).FullName;
        var lines = await File.ReadAllLinesAsync(await registries.WriteAsync(folder, Cancellation), Cancellation);
        Assert.Equal(
            [
                "[registry.\"plain.lan\"]", "  http = true",
                $"[registry.\"{Domain}\"]", $"  ca = [\"{folder}/1/ca.crt\"]", $"  [[registry.\"{Domain}\".keypair]]", $"    key = \"{folder}/1/client-0.key\"", $"    cert = \"{folder}/1/client-0.cert\"",
            ],
            lines.Select(x => x.Replace('\\', '/')));
        Assert.Equal(File.ReadAllText(key), File.ReadAllText(Path.Combine(folder, "1", "client-0.key")));
        Assert.Equal(File.ReadAllText(certificate), File.ReadAllText(Path.Combine(folder, "1", "client-0.cert")));
        // A builder keeps what it copied, so the name of one tells its certificates.
        File.WriteAllText(authority.CertificateFile, File.ReadAllText(new TestAuthority(_folder.Combine("next")).CertificateFile));
        Assert.NotEqual(registries.Identity, Context(x => context.Options).BuildKitRegistries().Identity);
        Assert.Equal(registries.Identity, context.BuildKitRegistries().Identity);
    }

    // buildx copies them into one folder for each registry, by their last names.
    [Fact]
    public async Task Files_of_one_name_are_all_told_to_BuildKit()
    {
        var named = new TestAuthority(_folder.Combine("certificates"));
        var docker = new TestAuthority(CertsD());
        var rootless = new TestAuthority(Directory.CreateDirectory(_folder.Combine("home", ".config", "docker", "certs.d", Domain)).FullName);
        var pairs = new[] { docker.Sign("client"), rootless.Sign("client") };

        var file = await Context(x => x with { Registry = $"{Domain}/team", RegistryCa = named.CertificateFile }).BuildKitRegistries()
            .WriteAsync(Directory.CreateDirectory(_folder.Combine("told")).FullName, Cancellation);

        var files = (await File.ReadAllTextAsync(file, Cancellation)).Split('"').Where(File.Exists).ToList();
        Assert.Equal(files.Count, files.Select(Path.GetFileName).Distinct().Count());
        var authorities = CertificateFile.Read(Assert.Single(files, x => x.EndsWith(".crt", StringComparison.Ordinal)));
        Assert.Equal(
            new[] { named, docker, rootless }.Select(x => CertificateFile.Read(x.CertificateFile)[0].Thumbprint).Order(), authorities.Select(x => x.Thumbprint).Order());
        Assert.Equal(
            pairs.Select(x => CertificateFile.ReadOwn(x.Certificate, x.Key).Thumbprint).Order(),
            files.Where(x => x.EndsWith(".cert", StringComparison.Ordinal)).Select(x => CertificateFile.ReadOwn(x, Path.ChangeExtension(x, ".key")).Thumbprint).Order());
    }

    [Theory]
    [InlineData("registry.lan/prod", "http://registry.lan/staging")]
    [InlineData("http://registry.lan/prod", "registry.lan/staging")]
    public async Task A_registry_is_not_named_once_for_plain_http_and_once_for_https(string to, string from)
    {
        var context = Context(x => x with { Registry = to, Images = [new("app") { Dockerfile = "Dockerfile" }] });
        var promotion = new Promotion { From = "1.2.3", FromRegistry = from, To = ["stable"] };

        var error = await Assert.ThrowsAsync<WrongUseException>(() => new PromoteImages(context, promotion).PrepareAsync(new DeliveryScope()));

        Assert.StartsWith("--registry and --promote-from-registry name registry.lan once with http:// and once without", error.Message, StringComparison.Ordinal);
        await new PromoteImages(context, promotion with { FromRegistry = to }).PrepareAsync(new DeliveryScope());
    }

    [Fact]
    public async Task Cosign_is_told_with_the_machine_s_authorities_beside_those()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        var authority = new TestAuthority(CertsD());
        var image = ImageReference.Parse($"{Domain}/team/app").WithDigest(Digest.Of("one"u8.ToArray()));
        var program = Program("cosign", $"""
            echo "$@" >> '{_folder.Combine("calls")}'
            while [ $# -gt 0 ]; do [ "$1" = --registry-cacert ] && cp "$2" '{_folder.Combine("given")}'; shift; done
            exit 0
            """);

        await new Cosign(program, new SigningIdentity.Key("cosign.key", null)) { AccessTo = Context().AccessTo }.SignAsync(image, Cancellation);
        await new Cosign(program, new SigningIdentity.Key("cosign.key", null)) { AccessTo = Context(x => x with { Registry = $"http://{Domain}" }).AccessTo }.SignAsync(image, Cancellation);
        await new Cosign(program, new SigningIdentity.Key("cosign.key", null)) { AccessTo = Context().AccessTo }.SignAsync(ImageReference.Parse($"ghcr.io/o/app@{image.Digest}"), Cancellation);

        var calls = await File.ReadAllLinesAsync(_folder.Combine("calls"), Cancellation);
        Assert.Contains(" --registry-cacert ", calls[0], StringComparison.Ordinal);
        Assert.EndsWith(" --allow-http-registry", calls[1], StringComparison.Ordinal);
        Assert.EndsWith($"@{image.Digest}", calls[2], StringComparison.Ordinal);
        var given = CertificateFile.Read(_folder.Combine("given"));
        Assert.Contains(given, x => x.Subject == "CN=the company's authority");
        using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine);
        store.Open(OpenFlags.ReadOnly);
        Assert.True(given.Count > store.Certificates.Count);
    }

    [Fact]
    public void Readers_get_commands_that_say_what_they_need()
    {
        var image = ImageReference.Parse($"{Domain}/team/app").WithDigest(Digest.Of("one"u8.ToArray()));
        var signer = new ExpectedSigner.PublicKey(_folder.Combine("cosign.pub"));
        File.WriteAllText(signer.File, "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAAAA\n-----END PUBLIC KEY-----\n");

        var plain = ReadersCommand.OfRelease(signer, image, isOwnSigstore: false, "https://github.com/o/r", hasRoot: false, new RegistryAccess(Domain) { IsPlainHttp = true });
        var company = ReadersCommand.OfRelease(signer, image, isOwnSigstore: false, "https://github.com/o/r", hasRoot: false, new RegistryAccess(Domain) { AuthorityFiles = ["/home/ada/our.pem"] });

        Assert.StartsWith($"# {Domain} speaks plain http", plain, StringComparison.Ordinal);
        Assert.EndsWith(" --allow-http-registry", plain, StringComparison.Ordinal);
        Assert.StartsWith($"# registry-ca.crt is the certificate of the authority of {Domain}", company, StringComparison.Ordinal);
        Assert.EndsWith(" --registry-cacert registry-ca.crt", company, StringComparison.Ordinal);
        Assert.DoesNotContain("/home/ada", company, StringComparison.Ordinal);
    }

    // As docker answers: Docker Engine API, SystemInfo, RegistryConfig.
    [Theory]
    [InlineData("""{"IndexConfigs":{"registry.lan:5000":{"Name":"registry.lan:5000","Secure":false}}}""", true)]
    [InlineData("""{"IndexConfigs":{"docker.io":{"Secure":true},"registry.lan:5000":{"Secure":true}}}""", false)]
    [InlineData("""{"IndexConfigs":{},"InsecureRegistryCIDRs":["::1/128","127.0.0.0/8"]}""", false)]
    [InlineData("null", false)]
    [InlineData("[]", false)]
    public async Task An_engine_is_asked_whether_it_speaks_plain_http(string answer, bool speaks)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        var engine = new DockerEngine(Program("docker", $"echo '{answer}'"));

        var advice = await new EngineRegistries(engine, CertificateFolders.Of(Machine)).FindAdviceAsync(new RegistryAccess(Domain) { IsPlainHttp = true }, Cancellation);

        Assert.Equal(speaks ? null : $"{engine} speaks https with {Domain}, which is named for plain http here. Add \"insecure-registries\": [\"{Domain}\"] to the engine's daemon.json, and restart it.", advice);
    }

    [Fact]
    public async Task What_an_engine_may_lack_is_said_and_not_what_its_folder_has()
    {
        var named = new TestAuthority(_folder.Combine("named"));
        var registries = new EngineRegistries(new DockerEngine("docker"), CertificateFolders.Of(Machine));

        var access = Context(x => x with { RegistryCa = named.CertificateFile }).AccessTo(Domain);
        Assert.Contains(
            $"copy {named.CertificateFile} to /etc/docker/certs.d/{Domain}/ca.crt", await registries.FindAdviceAsync(access, Cancellation), StringComparison.Ordinal);
        File.Copy(named.CertificateFile, Path.Combine(CertsD(), "ours.crt"));
        Assert.Null(await registries.FindAdviceAsync(access, Cancellation));
    }

    private List<string> Warnings()
    {
        var warnings = new List<string>();
        CertificateFolders.Of(Machine).Find(Domain, warnings.Add);
        return warnings;
    }

    private string OwnAddress()
    {
        var address = Forwarder.OwnAddress;
        Assert.SkipWhen(address is null, "This machine has no address but loopback.");
        return address!;
    }

    private ProcessEnvironment Machine => ProcessEnvironment.Empty with { Home = _folder.Combine("home") };

    private string CertsD() => Directory.CreateDirectory(_folder.Combine("home", ".docker", "certs.d", Domain)).FullName;

    private DeliveryContext Context(Func<DeliveryOptions, DeliveryOptions>? change = null)
    {
        var options = new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), RetryBudget = TimeSpan.Zero };
        return new DeliveryContext(change?.Invoke(options) ?? options, Cancellation) { Environment = Machine };
    }

    private string Program(string name, string script)
    {
        var file = _folder.Combine(name);
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n".ReplaceLineEndings("\n"));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }
}
