using System.Text.Json.Nodes;
using Acci.Delivery.Buildx;
using Acci.Delivery.Caching;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>Builds on several BuildKits, with a shell script in docker's place.</summary>
[Collection(nameof(AlteredLog))]
public sealed class BuilderNodeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestClock _clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string[] Calls => File.ReadAllLines(_folder.Combine("calls"));

    private string Images => _folder.Combine("artifacts", "images");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("linux/amd64=unix:///run/buildkit/buildkitd.sock", "remote", "")]
    [InlineData("linux/amd64,linux/arm64=ssh://ada@power:2222", "remote", "")]
    [InlineData("linux/ppc64le=docker-container://buildkitd", "remote", "")]
    [InlineData("linux/ppc64le=tcp://buildkit.example.com:1234", "remote", "")]
    [InlineData("linux/ppc64le=kubernetes://builders", "kubernetes", "namespace=builders,nodeselector=kubernetes.io/arch=ppc64le")]
    [InlineData("linux/amd64,linux/arm64=kubernetes://builders", "kubernetes", "namespace=builders")]
    [InlineData("linux/x86_64=kubernetes://builders", "kubernetes", "namespace=builders,nodeselector=kubernetes.io/arch=amd64")]
    [InlineData("linux/arm/v6,linux/armhf=kubernetes://builders", "kubernetes", "namespace=builders,nodeselector=kubernetes.io/arch=arm")]
    [InlineData("linux/amd64=tcp://[::1]:1234", "remote", "")]
    [InlineData("linux/amd64=kube-pod://buildkit-0.builders", "remote", "")]
    [InlineData("linux/amd64=docker-container://My_Container", "remote", "")]
    [InlineData("linux/amd64=unix:///run/a b/x.sock", "remote", "")]
    [InlineData("linux/amd64=ssh://ada@power/run/buildkit/buildkitd.sock", "remote", "")]
    public void A_node_is_platforms_and_an_address(string text, string driver, string options)
    {
        var node = Assert.Single(BuilderNode.ParseAll(text));

        Assert.Equal(text.Replace("x86_64", "amd64", StringComparison.Ordinal).Replace("armhf", "arm/v7", StringComparison.Ordinal), node.ToString());
        Assert.Equal((driver, options), (node.Driver, string.Join(',', node.DriverOptions.Select(x => $"{x.Key}={x.Value}"))));
        Assert.Matches("^acci-node-[0-9a-f]{12}$", node.BuilderName);
    }

    [Fact]
    public void Another_definition_has_another_builder_and_the_platforms_make_no_difference()
    {
        var nodes = BuilderNode.ParseAll("linux/amd64=tcp://one:1; linux/arm64=tcp://two:1 ;").Concat(BuilderNode.ParseAll("linux/ppc64le=tcp://one:1")).ToList();

        Assert.Equal(3, nodes.Count);
        Assert.Equal(nodes[0].BuilderName, nodes[2].BuilderName);
        Assert.NotEqual(nodes[0].BuilderName, nodes[1].BuilderName);
    }

    [Fact]
    public void Two_nodes_in_one_namespace_are_two_builders_where_their_pods_run_on_two_architectures()
    {
        var nodes = BuilderNode.ParseAll("linux/amd64=kubernetes://ci;linux/ppc64le=kubernetes://ci;linux/arm64,linux/s390x=kubernetes://ci");

        Assert.Equal(3, nodes.Select(x => x.BuilderName).Distinct().Count());
    }

    [Fact]
    public void TLS_has_files_that_are_there()
    {
        foreach (var name in (string[])["ca", "cert", "key"]) File.WriteAllText(_folder.Combine(name), "");
        string Of(string query) => $"linux/amd64=tcp://host:1234?{query.Replace("~", _folder.Path, StringComparison.Ordinal)}";

        var node = Assert.Single(BuilderNode.ParseAll(Of("cacert=~/ca&cert=~/cert&key=~/key&servername=buildkit")));

        Assert.Equal(["cacert", "cert", "key", "servername"], node.DriverOptions.Keys);
        Assert.Equal("tcp://host:1234", node.Address);
        Assert.Contains("does not exist", Problem(Of("cacert=~/none")), StringComparison.Ordinal);
        Assert.Contains("needs cacert", Problem(Of("cert=~/cert&key=~/key")), StringComparison.Ordinal);
        Assert.Contains("belong together", Problem(Of("cacert=~/ca&cert=~/cert")), StringComparison.Ordinal);
        Assert.Contains("control character", Problem(Of("cacert=~/ca&servername=a%0Ab")), StringComparison.Ordinal);
        Assert.Contains("'insecure' is not known", Problem(Of("insecure=true")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BuildCache.Registry)]
    [InlineData(BuildCache.GitHubActions)]
    [InlineData(BuildCache.Local)]
    public void Nodes_that_build_parts_of_an_image_do_not_overwrite_each_other_s_cache(BuildCache cache)
    {
        var repository = ImageReference.Parse("ghcr.io/octo/app");
        string[] parts = ["", "linux-amd64", "linux-ppc64le"];

        var caches = parts.Select(x => CacheLocation.Of(cache, repository, new CacheDirectory(_folder.Path), isTrunk: true, x)).ToList();

        Assert.Equal(parts.Length, caches.Select(x => Assert.Single(x.From)).Distinct().Count());
        Assert.Equal(parts.Length, caches.Select(x => Assert.Single(x.To)).Distinct().Count());
    }

    [Theory]
    [InlineData("", "no node")]
    [InlineData("unix:///run/buildkit.sock", "is no node")]
    [InlineData("linux/amd64=/run/buildkit.sock", "not the address of a BuildKit")]
    [InlineData("linux/amd64=https://buildkit", "not the address of a BuildKit")]
    [InlineData("amd64=unix:///a", "is not a platform")]
    [InlineData("linux/amd64=unix:///a;linux/amd64=unix:///b", "linux/amd64 has more than one node")]
    [InlineData("linux/amd64=ssh://ada:s3cr3t@power", "password")]
    [InlineData("linux/amd64=KUBERNETES://ci", "not the address of a BuildKit")]
    [InlineData("linux/amd64=unix:/run/x.sock", "not the address of a BuildKit")]
    [InlineData("linux/amd64=unix://", "names no")]
    [InlineData("linux/amd64=unix:///", "names no socket")]
    [InlineData("linux/amd64=npipe://", "names no")]
    [InlineData("linux/amd64=tcp://", "names no")]
    [InlineData("linux/amd64=tcp://:1234", "names no")]
    [InlineData("linux/amd64=tcp://-x:1", "begin with a dash")]
    [InlineData("linux/amd64=tcp://a:1/path", "a path means nothing")]
    [InlineData("linux/amd64=tcp://a:1#x", "'#'")]
    [InlineData("linux/amd64=unix:///run/x#y", "'#'")]
    [InlineData("linux/amd64=ssh://", "names no")]
    [InlineData("linux/amd64=ssh://-oProxyCommand=touch", "begin with a dash")]
    [InlineData("linux/amd64=ssh://-x@power", "begin with a dash")]
    [InlineData("linux/amd64=ssh://%2Dx@power", "begin with a dash")]
    [InlineData("linux/amd64=ssh://ada@-power", "begin with a dash")]
    [InlineData("linux/amd64=ssh://ada lovelace@power", "it has a space")]
    [InlineData("linux/amd64=tcp://host:port", "names no port from 1 to 65535")]
    [InlineData("linux/amd64=tcp://host", "names no port from 1 to 65535")]
    [InlineData("linux/amd64=tcp://host:0", "names no port from 1 to 65535")]
    [InlineData("linux/amd64=tcp://host:99999", "names no port from 1 to 65535")]
    [InlineData("linux/amd64=tcp://a:1:2", "names no port from 1 to 65535")]
    [InlineData("linux/amd64=tcp://::1:2", "names no")]
    [InlineData("linux/amd64=tcp://host:1/", "a '/' at the end")]
    [InlineData("linux/amd64=tcp://ada@host:1", "a user means nothing")]
    [InlineData("linux/amd64=docker-container://", "name a container and nothing else")]
    [InlineData("linux/amd64=docker-container://-x", "name a container and nothing else")]
    [InlineData("linux/amd64=docker-container://%2Dx", "name a container and nothing else")]
    [InlineData("linux/amd64=docker-container://a/b", "name a container and nothing else")]
    [InlineData("linux/amd64=docker-container://a b", "name a container and nothing else")]
    [InlineData("linux/amd64=kube-pod://", "name a pod and nothing else")]
    [InlineData("linux/amd64=kube-pod://-x", "name a pod and nothing else")]
    [InlineData("linux/amd64=kubernetes://", "name a namespace and nothing else")]
    [InlineData("linux/amd64=kubernetes://-x", "name a namespace and nothing else")]
    [InlineData("linux/amd64=kubernetes://ns/path", "name a namespace and nothing else")]
    [InlineData("linux/amd64=kubernetes://ns:1", "name a namespace and nothing else")]
    [InlineData("linux/amd64=kubernetes://a,image=evil", "name a namespace and nothing else")]
    [InlineData("linux/arm64=tcp://a:1;linux/arm64/v8=tcp://b:1", "linux/arm64 has more than one node. Name it at one, in one spelling.")]
    [InlineData("linux/arm=tcp://a:1;linux/arm/v7=tcp://b:1", "has more than one node")]
    [InlineData("linux/amd64=tcp://a:1;linux/x86_64=tcp://b:1", "has more than one node")]
    [InlineData("linux/amd64/v1=tcp://a:1;linux/amd64=tcp://b:1", "has more than one node")]
    [InlineData("linux/aarch64=tcp://a:1;linux/arm64/v8=tcp://b:1", "has more than one node")]
    [InlineData("linux/arm/5=tcp://a:1;linux/arm/v5=tcp://b:1", "has more than one node")]
    [InlineData("linux/arm/8=tcp://a:1;linux/arm/v8=tcp://b:1", "has more than one node")]
    [InlineData("linux/i386/v1=tcp://a:1;linux/386=tcp://b:1", "has more than one node")]
    public void What_is_no_node_is_told(string text, string words) => Assert.Contains(words, Problem(text), StringComparison.Ordinal);

    [Fact]
    public async Task Each_platform_is_built_on_its_node_and_the_image_has_all_of_them()
    {
        var layouts = await BuildAsync("", Node(Platform.LinuxAmd64, "one"), Node(Platform.LinuxPpc64le, "two"));

        var platforms = await layouts["app"].ReadPlatformsAsync(Cancellation);
        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxPpc64le], platforms.Select(x => x.Platform));
        Assert.All(platforms, x => Assert.Single(x.Attestations));
        Assert.Equal(["app"], Directory.GetDirectories(Images).Select(Path.GetFileName));
        Assert.Equal(["acci-node-1 linux/amd64", "acci-node-2 linux/ppc64le"], Calls.Order());
        // The file that works by hand has all of it.
        Assert.Equal(2, JsonNode.Parse(await File.ReadAllTextAsync(_folder.Combine("artifacts", "docker-bake.json"), Cancellation))!["target"]!["app"]!["platforms"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_node_that_fails_is_named_the_others_end_and_nothing_is_half_built()
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => BuildAsync(
            """case $builder in acci-node-1) exec sleep 600 ;; *) echo 'ERROR: exec /bin/sh: exec format error'; exit 1 ;; esac""",
            Node(Platform.LinuxAmd64, "one"),
            Node(Platform.LinuxPpc64le, "two")));

        Assert.StartsWith("Build node two: The image build failed at ERROR: exec /bin/sh: exec format error", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("This node runs programs of linux/amd64 only.", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Images));
    }

    [Fact]
    public async Task A_node_that_is_gone_in_the_middle_ends_the_build_although_nobody_hangs_up()
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => BuildAsync(
            """
            if [ "$builder" = acci-node-2 ]; then touch "${0%/*}/gone"; exec sleep 600; fi
            """,
            Node(Platform.LinuxAmd64, "one"),
            Node(Platform.LinuxPpc64le, "two")));

        Assert.Equal("Build node two does not answer any more. Make sure that its BuildKit runs, then run the same command again.", failure.Message);
        Assert.Empty(Directory.GetDirectories(Images));
    }

    [Theory]
    [InlineData("", "context deadline exceeded")]
    [InlineData("ERROR: no builder", "context deadline exceeded")]
    [InlineData("""ERROR: failed to call diskusage: Unavailable: connection error: desc = "transport: Error while dialing: dial unix /run/none.sock: connect: no such file or directory" """, "dial unix /run/none.sock: connect: no such file or directory")]
    [InlineData("""ERROR: failed to call diskusage: Unavailable: connection error: desc = "error reading server preface: remote error: tls: certificate required" """, "remote error: tls: certificate required")]
    [InlineData("""ERROR: failed to call diskusage: Unavailable: connection error: desc = "transport: failed to write client preface: tls: failed to verify certificate: x509: not \"a\"" """, "tls: failed to verify certificate: x509: not \"a\"")]
    [InlineData("ERROR: failed to call diskusage: Unavailable: error reading from server: EOF", "error reading from server: EOF")]
    [InlineData("""ERROR: failed to call diskusage: Unavailable: connection error: desc = "error reading server preface: command [ssh -- host buildctl dial-stdio] has exited with exit status 255, make sure: stderr=@@@ WARNING @@@\r\nHost key verification failed.\r\n" """, "Host key verification failed")]
    public async Task A_node_that_does_not_answer_is_named_with_the_reason_before_anything_is_built(string asked, string reason)
    {
        await File.WriteAllTextAsync(_folder.Combine("asked"), asked.Trim() + "\n", Cancellation);
        Docker("""
            case "$*" in
            *"inspect --bootstrap"*) printf 'Name: x\nNodes:\nStatus: inactive\nError: context deadline exceeded\n' ;;
            *inspect*) exit 1 ;;
            *"buildx du --builder acci-node-"*) cat "${0%/*}/asked" >&2; exit 1 ;;
            esac
            """);
        var node = BuilderNode.ParseAll("linux/ppc64le=kubernetes://builders;linux/amd64=unix:///run/none.sock");

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => new NodeBuilders(Engine).PrepareAsync(node, Cancellation));

        Assert.StartsWith("Build node linux/", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith($" does not answer: {reason}. Make sure that its BuildKit runs and lets this machine in, or leave it out of --builder-nodes.", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"buildx create --name {node[1].BuilderName} --driver remote unix:///run/none.sock", Calls);
        Assert.Contains($"buildx create --name {node[0].BuilderName} --driver kubernetes --driver-opt namespace=builders --driver-opt nodeselector=kubernetes.io/arch=ppc64le", Calls);
    }

    // Whoever may read the ConfigMaps of a namespace reads what a builder there was told.
    [Fact]
    public async Task A_builder_in_a_cluster_gets_no_private_key_and_that_is_said()
    {
        Docker("""
            case "$*" in
            "buildx inspect --bootstrap "*) printf 'Name: x\nNodes:\nStatus: running\nBuildKit version: v0.25.0\nPlatforms: linux/ppc64le\n' ;;
            "buildx inspect "*) exit 1 ;;
            "buildx create "*) while [ "$1" != --config ]; do shift; done; cp -r "${2%/*}" "${0%/*}/told" ;;
            esac
            """);
        var certificates = Directory.CreateDirectory(_folder.Combine("home", ".docker", "certs.d", "registry.lan")).FullName;
        new TestAuthority(certificates).Sign("client");
        using var context = new DeliveryContext(new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Registry = "registry.lan/team" }, Cancellation)
        {
            Environment = ProcessEnvironment.Empty with { Home = _folder.Combine("home") },
        };
        using var log = new AlteredLog();

        await new NodeBuilders(Engine with { BuildKitRegistries = context.BuildKitRegistries() }).PrepareAsync(BuilderNode.ParseAll("linux/ppc64le=kubernetes://builders"), Cancellation);

        Assert.Contains("ca = [", await File.ReadAllTextAsync(_folder.Combine("told", "buildkitd.toml"), Cancellation), StringComparison.Ordinal);
        var told = Directory.GetFiles(_folder.Combine("told"), "*", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        Assert.All(told, x => Assert.DoesNotContain("PRIVATE KEY", x, StringComparison.Ordinal));
        Assert.All(told, x => Assert.DoesNotContain("keypair", x, StringComparison.Ordinal));
        Assert.Contains("does not get this machine's client certificates for registry.lan: buildx puts their private keys into a ConfigMap", string.Join("\n", log.Said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_node_is_asked_by_a_dry_run_and_by_Doctor_and_nothing_stays_of_it()
    {
        Docker("""
            case "$*" in
            *"buildx create"*) echo "$BUILDX_CONFIG" >> "${0%/*}/folders"; case "$*" in *"/one.sock"*) touch "$BUILDX_CONFIG/one" ;; esac ;;
            "buildx inspect acci-node-"*)
                [ -n "$BUILDX_CONFIG" ] || exit 1
                if [ -e "$BUILDX_CONFIG/one" ]; then printf 'Name: x\nNodes:\nStatus: running\nBuildKit version: v0.25.0\nPlatforms: linux/amd64, linux/386\n'
                else printf 'Name: x\nNodes:\nStatus: inactive\n'; fi ;;
            *"buildx du --builder acci-node-"*) echo 'ERROR: failed to call diskusage: Unavailable: error reading from server: EOF' >&2; exit 1 ;;
            esac
            """);
        var nodes = BuilderNode.ParseAll("linux/amd64=unix:///run/one.sock;linux/ppc64le=unix:///run/none.sock;linux/s390x=kubernetes://ci");
        var options = new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Images = [], BuilderNodes = nodes };
        using var context = new DeliveryContext(options, Cancellation);
        context.Know(nameof(EngineOfBuild.PlannedEngineAsync), Task.FromResult<DockerEngine?>(Engine));

        var findings = (await new EngineExamination(context, TimeSpan.FromMinutes(1)) { Builds = true }.RunAsync()).Where(x => x.Name == "Build node").ToList();

        Assert.Equal(
            [
                (FindingSeverity.Good, "linux/amd64=unix:///run/one.sock: v0.25.0, runs linux/amd64, linux/386"),
                (FindingSeverity.Fatal, "Build node linux/ppc64le=unix:///run/none.sock does not answer: error reading from server: EOF. "
                    + "Make sure that its BuildKit runs and lets this machine in, or leave it out of --builder-nodes."),
                (FindingSeverity.Notice, "linux/s390x=kubernetes://ci: a build starts BuildKit there; it was not asked"),
            ],
            findings.Select(x => (x.Severity, x.Text)));
        Assert.DoesNotContain(Calls, x => x.Contains("--bootstrap", StringComparison.Ordinal) || x.Contains("--driver kubernetes", StringComparison.Ordinal));
        Assert.All(await File.ReadAllLinesAsync(_folder.Combine("folders"), Cancellation), x => Assert.False(Directory.Exists(x)));
        var preflight = new Preflight(context, new DeliveryScope { Builds = true, UsesEngine = true });
        Assert.Equal(3, preflight.Tools.Count(x => x.Name == "Build node"));
        Assert.Contains("does not answer", (await Assert.ThrowsAsync<DeliveryException>(preflight.Tools[^2].LookAsync)).Message, StringComparison.Ordinal);
        // A run may start a node before it builds, and asks each when it does.
        Assert.DoesNotContain(new Preflight(context, new DeliveryScope { Builds = true, UsesEngine = true }) { IsRun = true }.Tools, x => x.Name is "Build node" or "Builder");
    }

    [Fact]
    public async Task A_node_that_says_nothing_is_named_and_not_the_builder_that_was_made_to_ask_it()
    {
        using var silence = new SilenceClock(TimeSpan.FromMinutes(1));
        Docker($"""case "$*" in "buildx inspect acci-node-"*) {silence.Hangs} ;; esac""");
        var node = Assert.Single(BuilderNode.ParseAll("linux/ppc64le=tcp://10.0.0.9:1234"));

        var failure = await Assert.ThrowsAsync<DeliveryException>(
            () => new NodeBuilders(Engine with { Time = silence.Time }).AskAsync(node, Directory.CreateDirectory(_folder.Combine("asked")).FullName, Cancellation));

        Assert.StartsWith("Build node linux/ppc64le=tcp://10.0.0.9:1234 does not answer within 45 s. Make sure that its BuildKit runs", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linux/amd64*, linux/386", "and cannot run programs of linux/ppc64le: a Dockerfile that runs one for these platforms fails there")]
    // What it names is no platform of images here, which says nothing of those that are.
    [InlineData("xx", "does not say for which platforms it runs programs")]
    public async Task A_node_that_runs_no_programs_of_a_platform_is_said_to(string platforms, string said)
    {
        Docker($"""case "$*" in "buildx inspect acci-node-"*) printf 'Name: x\nStatus: running\nPlatforms: {platforms}\n' ;; esac""");
        var options = new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Images = [], BuilderNodes = BuilderNode.ParseAll("linux/amd64,linux/ppc64le=unix:///run/one.sock") };
        using var context = new DeliveryContext(options, Cancellation);
        context.Know(nameof(EngineOfBuild.PlannedEngineAsync), Task.FromResult<DockerEngine?>(Engine));

        var finding = await Assert.Single(new EngineExamination(context, TimeSpan.FromMinutes(1)).Builders).FindAsync();

        Assert.Equal(FindingSeverity.Notice, finding.Severity);
        Assert.EndsWith(said, finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_builder_that_another_build_makes_meanwhile_is_used()
    {
        Docker("""
            case "$*" in
            *"inspect --bootstrap"*) printf 'Name: x\nNodes:\nStatus: running\nPlatforms: linux/amd64\n' ;;
            *inspect*) [ -e "${0%/*}/made" ] ;;
            *create*) touch "${0%/*}/made"; echo 'ERROR: existing instance for "x" but no append mode' >&2; exit 1 ;;
            esac
            """);
        var node = Assert.Single(BuilderNode.ParseAll("linux/amd64=unix:///run/one.sock"));

        Assert.Equal(node.BuilderName, Assert.Single(await new NodeBuilders(Engine).PrepareAsync([node], Cancellation)).Engine.Builder);
        Assert.Single(Calls, x => x.Contains(" create ", StringComparison.Ordinal));
        Docker("exit 1");
        await Assert.ThrowsAnyAsync<DeliveryException>(() => new NodeBuilders(Engine).PrepareAsync([node], Cancellation));
    }

    [Fact]
    public async Task What_is_being_built_is_noted_so_that_it_goes_where_the_build_is_killed()
    {
        var journal = Acci.Delivery.Caching.CacheDirectory.Default.Combine("sessions", $"{Acci.Delivery.Sessions.Session.Current.Id}.journal");

        await BuildAsync($"cp '{journal}' '{_folder.Combine("noted")}'; echo \"$draft\" >> '{_folder.Combine("drafts")}'", Node(Platform.LinuxAmd64, "one"), Node(Platform.LinuxPpc64le, "two"));

        var noted = await File.ReadAllTextAsync(_folder.Combine("noted"), Cancellation);
        var drafts = await File.ReadAllLinesAsync(_folder.Combine("drafts"), Cancellation);
        Assert.Equal(2, drafts.Length);
        Assert.All(drafts, x => Assert.Contains($"\"{Path.Combine(_folder.Path, x)}\"", noted, StringComparison.Ordinal));
        Assert.All(drafts, x => Assert.False(Directory.Exists(Path.Combine(_folder.Path, x))));
    }

    [Fact]
    public async Task A_value_stays_one_value_whatever_it_holds()
    {
        var authority = _folder.Combine("a,key=\"b\".pem");
        await File.WriteAllTextAsync(authority, "", Cancellation);
        Docker("""
            case "$*" in
            *"inspect --bootstrap"*) printf 'Name: x\nNodes:\nStatus: running\nPlatforms: linux/amd64\n' ;;
            *inspect*) exit 1 ;;
            esac
            """);
        var node = BuilderNode.ParseAll($"linux/amd64=tcp://host:1234?cacert={authority}&servername=a,cacert=/x");

        await new NodeBuilders(Engine).PrepareAsync(node, Cancellation);

        Assert.Contains(
            $"--driver-opt \"cacert={authority.Replace("\"", "\"\"", StringComparison.Ordinal)}\" --driver-opt \"servername=a,cacert=/x\" tcp://host:1234",
            Assert.Single(Calls, x => x.Contains(" create ", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_builder_is_used_again_and_those_of_nodes_are_removed_and_no_others()
    {
        Docker("""
            case "$*" in
            *"inspect --bootstrap"*) printf 'Name: x\nNodes:\nStatus: running\nBuildKit version: v0.25.0\nPlatforms: linux/amd64, linux/386\n' ;;
            *" ls "*) printf 'default\nacci-node-0123456789ab\nacci-node-0123456789ab\nmine\n' ;;
            esac
            """);
        var node = Assert.Single(BuilderNode.ParseAll("linux/amd64=unix:///run/one.sock"));

        var site = Assert.Single(await new NodeBuilders(Engine).PrepareAsync([node], Cancellation));
        await new NodeBuilders(Engine).RemoveAsync(Cancellation);

        Assert.Equal((node.BuilderName, "linux/amd64, linux/386"), (site.Engine.Builder, site.Runs));
        Assert.DoesNotContain(Calls, x => x.Contains(" create ", StringComparison.Ordinal));
        Assert.Equal("buildx rm acci-node-0123456789ab", Calls[^1]);
    }

    [Theory]
    [InlineData("echo 'ERROR: permission denied' >&2; exit 1")]
    [InlineData("case \"$*\" in *version*) echo 'github.com/docker/buildx v0.10.0' ;; *) echo 'unknown flag: --format' >&2; exit 125 ;; esac")]
    public async Task Builders_that_cannot_be_listed_are_not_said_to_be_gone(string answer)
    {
        Docker(answer);

        await Assert.ThrowsAsync<CommandFailedException>(() => new NodeBuilders(Engine).RemoveAsync(Cancellation));
    }

    [Theory]
    [InlineData("echo 'docker: unknown command: docker buildx' >&2; exit 1")]
    [InlineData("case \"$*\" in *version*) echo \"docker: 'buildx' is not a docker command.\" >&2; exit 1 ;; *) echo 'unknown flag: --format' >&2; exit 125 ;; esac")]
    [InlineData("case \"$*\" in *version*) echo 'buildah 1.40.0' ;; *) echo 'Error: unknown flag: --format' >&2; exit 125 ;; esac")]
    [InlineData("echo 'Error: unrecognized command `podman buildx ls`' >&2; exit 125")]
    public async Task Without_buildx_there_are_no_builders(string answer)
    {
        Docker(answer);

        await new NodeBuilders(Engine).RemoveAsync(Cancellation);

        Assert.DoesNotContain(Calls, x => x.StartsWith("buildx rm", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("unknown command: docker buildx", false)]
    [InlineData("permission denied", true)]
    public async Task What_runs_is_stopped_whether_or_not_builders_can_be_listed(string said, bool fails)
    {
        Docker($$"""
            case "$*" in
            buildx*) echo '{{said}}' >&2; exit 1 ;;
            "container inspect"*) echo true ;;
            esac
            """);
        var options = new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), CacheDirectory = new CacheDirectory(_folder.Combine("cache")) };
        using var context = new DeliveryContext(options, Cancellation) { Environment = ProcessEnvironment.Empty.With(("PATH", _folder.Path)) };

        var failure = await Record.ExceptionAsync(new StopEngine(context, purge: false).RunAsync);

        Assert.Equal(fails, failure is CommandFailedException);
        Assert.Equal(fails, failure is not null);
        Assert.Contains(Calls, x => x.StartsWith("rm --force acci-registry-", StringComparison.Ordinal));
    }

    private static string Problem(string text) => Assert.Throws<DeliveryException>(() => BuilderNode.ParseAll(text)).Message;

    private BuildSite Node(Platform platform, string name) =>
        new(Engine with { Builder = $"acci-node-{(name == "one" ? 1 : 2)}" }, [platform]) { Name = name, Runs = "linux/amd64" };

    private DockerEngine Engine => new(_folder.Combine("docker"));

    // Each build gets the layout of its platform.
    private async Task<IReadOnlyDictionary<string, Acci.Oci.Layouts.OciLayout>> BuildAsync(string first, params BuildSite[] sites)
    {
        foreach (var platform in (Platform[])[Platform.LinuxAmd64, Platform.LinuxPpc64le])
        {
            var builder = new LayoutBuilder(_folder.Combine(platform.Slug));
            builder.AddImage(platform, [builder.AddBlob(System.Text.Encoding.UTF8.GetBytes(platform.ToString()))]);
            await builder.WriteAsync();
        }

        Docker($$"""
            case "$*" in *inspect*2) [ ! -e "${0%/*}/gone" ] || exit 1 ;; esac
            case "$*" in *inspect*) echo 'Status: running'; exit ;; esac
            while [ $# -gt 0 ]; do
              case $1 in
              --builder) builder=$2 ;;
              --file) platform=$(tr -d ' \n' < "$2" | sed 's/.*"platforms":\["\([^"]*\)".*/\1/') ;;
              *.output=*) draft=${1#*dest=}; draft=${draft%%,*} ;;
              esac
              shift
            done
            {{first}}
            cp -r "{{_folder.Path}}/$(echo "$platform" | tr / -)" "$draft"
            echo "$builder $platform" >> '{{_folder.Combine("calls")}}'
            """, records: false);
        File.WriteAllText(_folder.Combine("Dockerfile"), "FROM scratch\n");
        var image = new ImageDefinition("app") { Dockerfile = "Dockerfile", Platforms = [Platform.LinuxAmd64, Platform.LinuxPpc64le] };
        var options = new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Images = [image] };
        BakeTarget Of(ImageDefinition x, IReadOnlyList<Platform> platforms) => new() { Context = ".", Dockerfile = x.Dockerfile, Platforms = [.. platforms.Select(p => p.ToString())] };
        return await new ImageBuilder(_folder.Path, new ImageFiles(options), _ => null, new RetryOptions { Budget = TimeSpan.Zero, Time = _clock }).BuildAsync([image], Of, sites, useCache: true, Cancellation);
    }

    private void Docker(string answer, bool records = true)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var script = _folder.Combine("docker");
        File.WriteAllText(script, $"#!/bin/sh\n{(records ? $"echo \"$*\" >> '{_folder.Combine("calls")}'\n" : "")}{answer}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
