using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Acci.Delivery.Processes;
using Acci.Environments.Files;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>Environments of the published image: up, changed, and gone.</summary>
[Collection(nameof(Publishing))]
public sealed partial class ComposeTests(PublishedImage published) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly string Password = App.Setting(s => s.Database.Password), DatabaseName = App.Setting(s => s.Database.Name);

    private static readonly Mark Token = new("registry token", $"{Guid.NewGuid():n}"), GitHub = new("GitHub token", $"ghp_{Guid.NewGuid():n}"), Signing = new("cosign's password", $"{Guid.NewGuid():n}");

    private static int _nextPort = Random.Shared.Next(20_000, 30_000);

    private readonly string _project = $"acci-test-{Guid.NewGuid():N}"[..18];
    private readonly List<string> _started = [];
    private readonly TemporaryDirectory _directory = new();
    private bool _leaveSwarm;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Root => published.Checkout.Folder;

    [Fact]
    public async Task Production_is_up_with_three_healthy_replicas_and_down_without_a_trace()
    {
        published.NeedsEngine();
        var port = FreePorts(3);

        var up = (await RunAsync("ComposeUp", "prod", (App.Variable("PORTS"), $"{port}-{port + 2}"))).AssertSucceeded();

        var healthy = HealthyAfter().Matches(up.Output).Select(x => double.Parse(x.Groups["seconds"].Value, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(5, healthy.Length);
        TestContext.Current.TestOutputHelper?.WriteLine($"everything was healthy after {healthy.Max()} s");
        using var http = new HttpClient();
        for (var replica = 0; replica < 3; replica++)
        {
            var health = await http.GetAsync(new Uri($"http://127.0.0.1:{port + replica}/health"), Cancellation);
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
            Assert.Contains("\"redis\":{\"status\":\"healthy\"", await health.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }

        // What one replica stored, another one finds.
        using var tenant = new StringContent("""{"slug":"acme","name":"Acme"}""", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Created, (await http.PostAsync(new Uri($"http://127.0.0.1:{port}/api/tenants"), tenant, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"http://127.0.0.1:{port + 2}/api/tenants/acme"), Cancellation)).StatusCode);

        // Once more changes nothing.
        var replicas = await DockerAsync($"ps -q --filter label=com.docker.compose.project={Project()}");
        (await RunAsync("ComposeUp", "prod", (App.Variable("PORTS"), $"{port}-{port + 2}"))).AssertSucceeded();
        Assert.Equal(replicas, await DockerAsync($"ps -q --filter label=com.docker.compose.project={Project()}"));
        Assert.Contains("The cache redis:6379 is in use", (await RunAsync("ComposeLogs", "prod")).AssertSucceeded().Output, StringComparison.Ordinal);

        await AssertDryRunsChangeNothingAsync(port);

        // An image that does not work is told, and the one of before answers again.
        var broken = await RunAsync("ComposeUp", "prod", (App.Variable("PORTS"), $"{port}-{port + 2}"), (App.Variable("IMAGE"), await VariantAsync("exits-later", $"ENTRYPOINT [\"/app/{App.Name}\", \"--bogus\"]")));
        broken.AssertFailed($"{App.Name} does not come up", "exit code");
        Assert.Contains($"runs {published.Record.Repository}@{published.Record.Digest} again", broken.Output, StringComparison.Ordinal);
        for (var replica = 0; replica < 3; replica++) Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"http://127.0.0.1:{port + replica}/api/tenants/acme"), Cancellation)).StatusCode);
        Assert.Equal($"{published.Record.Repository}@{published.Record.Digest}", EnvironmentFile.Read(Path.Combine(Root, "artifacts", "compose", "prod.env")).Values[App.Variable("IMAGE")]);

        // The password is in no variable, no argument and nothing that was printed.
        var password = await File.ReadAllTextAsync(Path.Combine(Root, "deploy", "compose", "secrets", "prod", Password), Cancellation);
        Assert.DoesNotContain(password, up.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(password, await DockerAsync($"inspect $({Docker} ps -aq --filter label=com.docker.compose.project={Project()})"), StringComparison.Ordinal);

        (await RunAsync("ComposeDown", "prod")).AssertSucceeded();
        Assert.Equal("", await DockerAsync($"ps -aq --filter label=com.docker.compose.project={Project()}"));
        Assert.Equal("", await DockerAsync($"network ls -q --filter label=com.docker.compose.project={Project()}"));
        Assert.Equal([$"{Project()}_postgres-data", $"{Project()}_redis-data"], (await DockerAsync($"volume ls -q --filter label=com.docker.compose.project={Project()}")).Split('\n').Order());

        (await RunAsync("ComposeDown --delete-volumes", "prod")).AssertSucceeded();
        Assert.Equal("", await DockerAsync($"volume ls -q --filter label=com.docker.compose.project={Project()}"));
    }

    [Fact]
    public async Task A_dry_run_of_the_first_publish_says_what_would_run_afterwards()
    {
        published.NeedsEngine();
        using var checkout = await published.Pristine.CopyAsync(Cancellation);
        var (port, variables) = (FreePorts(3), new Dictionary<string, string?> { ["COMPOSE_PROJECT_NAME"] = _project });
        variables[App.Variable("PORTS")] = $"{port}-{port + 2}";

        foreach (var last in new[] { "ComposeUp", "DeployStack" })
        {
            var run = await checkout.BuildAsync($"Publish {last} --environment prod --dry-run", Cancellation, variables);

            Assert.Contains($"127.0.0.1/{App.Name}", run.AssertSucceeded().Output[run.Output.IndexOf($"║ {last}", StringComparison.Ordinal)..], StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(checkout.Folder, "artifacts")));
        }
    }

    [Fact]
    public async Task In_development_a_change_in_a_source_file_is_served_without_a_restart_by_hand()
    {
        published.NeedsEngine();
        var port = FreePorts(3);
        var source = Path.Combine(Root, "src", "Acci", "Hosting", "AboutDocument.cs");
        var before = await File.ReadAllTextAsync(source, Cancellation);
        try
        {
            (await RunAsync("ComposeUp", "dev", (App.Variable("PORTS"), $"{port}"), (App.Variable("DATABASE_PORT"), $"{port + 1}"), (App.Variable("REDIS_PORT"), $"{port + 2}"))).AssertSucceeded();
            using var http = new HttpClient();
            Assert.Contains($"\"name\":\"{App.Name}\"", await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/"), Cancellation), StringComparison.Ordinal);
            Assert.Equal("+PONG", await AskAsync(port + 2, "PING"));
            var variables = EnvironmentFile.Read(Path.Combine(Root, "artifacts", "compose", "dev.env")).Values;
            Assert.Equal($"{App.Name} {App.Name}_dev", await DockerAsync($"run --rm --network host --env PGPASSWORD={App.Name}_dev --entrypoint psql {variables[App.Variable("POSTGRES_IMAGE")]} --host 127.0.0.1 --port {port + 1} --username {App.Name} --dbname {App.Name}_dev --tuples-only --no-align --field-separator ' ' --command 'SELECT current_user, current_database()'"));
            var app = await DockerAsync($"ps -q --filter label=com.docker.compose.project={Project("dev")} --filter label=com.docker.compose.service={App.Name}");
            Assert.Equal("dev", await DockerAsync($"exec {app} printenv RUN_MODE"));
            // What is built there is anybody's code, and secrets of this machine's other environments are none of its business.
            Assert.True(Directory.EnumerateFileSystemEntries(Path.Combine(Root, "deploy", "compose")).Any());
            Assert.Equal("", await DockerAsync($"exec {app} ls -A /src/deploy/compose"));

            // In code that runs at the start alone, which is the harder case.
            var changed = before.Replace("new AboutDocument(AppSettings.AppName", "new AboutDocument(\"changed\"", StringComparison.Ordinal);
            Assert.NotEqual(before, changed);
            await File.WriteAllTextAsync(source, changed, Cancellation);
            var watch = Stopwatch.StartNew();
            while (!await AnswersAsync(http, $"http://127.0.0.1:{port}/", "\"name\":\"changed\"")) Assert.True(watch.Elapsed < Patience, $"not served after {watch.Elapsed}");
        }
        finally
        {
            await File.WriteAllTextAsync(source, before, CancellationToken.None);
        }

        (await RunAsync("ComposeDown --delete-volumes", "dev")).AssertSucceeded();
        Assert.Equal("", await DockerAsync($"ps -aq --filter label=com.docker.compose.project={Project("dev")}"));
    }

    [Fact]
    public async Task A_further_environment_takes_one_settings_file_and_its_image_may_come_from_a_registry_that_wants_a_login()
    {
        published.NeedsEngine();
        var port = FreePorts(1);
        const string user = "ada", password = "open sesame";
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "htpasswd"), $"{user}:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW", Cancellation);
        await using var closed = RegistryServer.With($"htpasswd:\n  realm: registry\n  path: {Path.Combine(_directory.Path, "htpasswd")}");
        await closed.StartAsync();
        var image = ImageReference.Parse($"{closed.Domain}/{App.Name}").WithDigest(published.Record.Digest);
        using (var registry = closed.Connect(new Credentials(user, password))) await registry.PushAsync(await published.LayoutAsync(), image, cancellationToken: Cancellation);
        var settings = Path.Combine(Root, "deploy", "environments", "settings.staging.json");
        try
        {
            await File.WriteAllTextAsync(settings, $$"""{ "Deployment": { "Replicas": 1, "Ports": "{{port}}" }, "Database": { "Name": "acci_staging" } }""", Cancellation);
            (await RunAsync($"ComposeUp --registry {closed.Domain}", "staging", (App.Variable("IMAGE"), image.ToString()), ("RegistryUser", ""), ("RegistryToken", ""))).AssertFailed("cannot be had");

            var up = (await RunAsync($"ComposeUp --registry {closed.Domain} --registry-user {user}", "staging", (App.Variable("IMAGE"), image.ToString()), ("RegistryToken", password))).AssertSucceeded();

            Assert.DoesNotContain(password, up.Output, StringComparison.Ordinal);
            using var http = new HttpClient();
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health"), Cancellation)).StatusCode);
        }
        finally
        {
            File.Delete(settings);
        }

        // What has no settings any more can be ended all the same.
        (await RunAsync("ComposeDown --delete-volumes", "staging")).AssertSucceeded();
        Assert.Equal("", await DockerAsync($"ps -aq --filter label=com.docker.compose.project={Project("staging")}"));
        (await RunAsync("ComposeDown", "staging")).AssertFailed("no environment 'staging'");
        File.Delete(Path.Combine(Root, "deploy", "compose", "docker-compose.staging.yml"));
    }

    [Fact]
    public async Task In_a_swarm_a_new_image_loses_no_request_and_one_that_does_not_work_is_rolled_back()
    {
        published.NeedsEngine();
        var wasSwarm = (await DockerAsync("info --format '{{.Swarm.LocalNodeState}}'")) == "active";
        Assert.SkipUnless(wasSwarm || published.PrintedCommand("Run").Contains("/bin/docker run", StringComparison.Ordinal), "This engine is not part of a swarm, and it is not for a test to make it one.");
        _leaveSwarm = !wasSwarm;
        var first = FreePorts(3);
        var ports = (App.Variable("PORTS"), $"{first}-{first + 2}");
        (await RunAsync("DeployStack", "prod", ports)).AssertSucceeded();
        var client = await StartClientAsync();

        var update = (await RunAsync("DeployStack", "prod", ports, (App.Variable("IMAGE"), await VariantAsync("works", "LABEL variant=1")))).AssertSucceeded();
        var failure = await RunAsync("DeployStack", "prod", ports, (App.Variable("IMAGE"), await VariantAsync("broken", $"ENTRYPOINT [\"/app/{App.Name}\", \"--version\"]")));
        (await RunAsync("ComposeLogs", "prod")).AssertFailed("as a stack", $"service logs {Project()}_{App.Name}");

        Assert.Contains("3 of 3 up", update.Output, StringComparison.Ordinal);
        failure.AssertFailed(App.Name, "rolled back");
        await DockerAsync($"stop {client}");
        var answers = await DockerAsync($"logs {client}");
        await DockerAsync($"rm --volumes {client}");
        Assert.Matches(@"(?m)^\d{2,} answered, 0 lost$", answers);

        (await RunAsync("ComposeDown --delete-volumes", "prod")).AssertSucceeded();
        foreach (var kind in (string[])["ps -aq", "network ls -q", "volume ls -q", "secret ls -q"])
            Assert.Equal("", await DockerAsync($"{kind} --filter label=com.docker.stack.namespace={Project()}"));
    }

    [Fact]
    public async Task What_is_wrong_is_told_before_anything_is_started()
    {
        published.NeedsEngine();
        var port = FreePorts(3);
        using var other = new TcpListener(IPAddress.Loopback, port + 1);
        other.Start();
        var typed = Path.Combine(Root, "deploy", "compose", ".env.prod");

        var files = await FilesAsync();

        (await RunAsync("ComposeUp", "production")).AssertFailed("production", "prod");
        var free = FreePorts(3);
        foreach (var target in (string[])["ComposeUp", "ComposeDown", "DeployStack"])
        {
            var dry = (await RunAsync($"{target} --dry-run", "prod", (App.Variable("PORTS"), $"{free}-{free + 2}"))).AssertSucceeded();
            if (target != "ComposeDown") Assert.Contains($"Would create {App.Name} (3 replicas): {published.Record.Repository}@{published.Record.Digest}", dry.Output, StringComparison.Ordinal);
        }

        (await published.Checkout.BuildAsync("ComposeUp", Cancellation)).AssertFailed("--environment", "dev", "prod");
        (await RunAsync("ComposeUp", "prod", (App.Variable("PORTS"), $"{port}-{port + 2}"))).AssertFailed($"{port + 1}", App.Variable("PORTS"));
        (await RunAsync("ComposeUp", "prod", (App.Variable("REPLICAS"), "many"))).AssertFailed(App.Variable("REPLICAS"), "'many'");
        (await RunAsync("ComposeUp", "prod", ($"{Password}_FILE", "./nowhere"))).AssertFailed($"{Password}_FILE", "does not exist");

        var before = File.Exists(typed) ? await File.ReadAllTextAsync(typed, Cancellation) : null;
        try
        {
            await File.WriteAllTextAsync(typed, $"{DatabaseName}=pa$word\n", Cancellation);
            (await RunAsync("ComposeUp", "prod")).AssertFailed(".env.prod", "line 1", DatabaseName, "single quotes");
            await File.WriteAllTextAsync(typed, $"{DatabaseName}S=x\n", Cancellation);
            (await RunAsync("ComposeUp", "prod")).AssertFailed($"{DatabaseName}S");
            // Nothing that is broken now keeps what runs from being ended.
            (await RunAsync("ComposeDown", "prod")).AssertSucceeded();
        }
        finally
        {
            if (before is null) File.Delete(typed);
            else await File.WriteAllTextAsync(typed, before, CancellationToken.None);
        }

        var settings = Path.Combine(Root, "deploy", "environments", "settings.incomplete.json");
        try
        {
            await File.WriteAllTextAsync(settings, """{ "Database": { "Name": "" } }""", Cancellation);
            (await RunAsync("ComposeUp", "incomplete")).AssertFailed("Database:Name", "no value");
        }
        finally
        {
            File.Delete(settings);
        }

        // Nobody has written anything.
        Assert.Equal(files, await FilesAsync());
        await AssertDataKeepTheirPasswordAsync();

        Assert.Equal("", await DockerAsync($"ps -aq --filter label=com.docker.compose.project={Project()}"));
        Assert.Equal("", await DockerAsync($"network ls -q --filter label=com.docker.compose.project={Project()}"));
    }

    [Fact]
    public async Task A_service_that_does_not_come_up_says_why_and_leaves_nothing()
    {
        published.NeedsEngine();
        var port = FreePorts(3);

        var run = await RunAsync("ComposeUp", "prod", (App.Variable("PORTS"), $"{port}-{port + 2}"), (App.Variable("IMAGE"), await VariantAsync("exits", $"ENTRYPOINT [\"/app/{App.Name}\", \"--bogus\"]")));

        run.AssertFailed($"{App.Name} does not come up", "exit code");
        Assert.Contains("--bogus", run.Output, StringComparison.Ordinal);
        Assert.Equal("", await DockerAsync($"ps -aq --filter label=com.docker.compose.project={Project()}"));
        Assert.Equal("", await DockerAsync($"volume ls -q --filter label=com.docker.compose.project={Project()}"));
    }

    [Fact]
    public async Task Ctrl_C_while_an_environment_comes_up_leaves_nothing_of_it()
    {
        published.NeedsEngine();
        var port = FreePorts(3);
        var started = new TaskCompletionSource();
        var group = 0;
        // A session of its own, which the signal reaches as a terminal's Ctrl-C would, and which does not ignore it.
        var command = new Command("setsid", "--wait", "env", "--default-signal=INT", "bash", "-c", "echo $$; exec ./build.sh ComposeUp --environment prod 2>&1")
        {
            WorkingDirectory = Root,
            Environment = new Dictionary<string, string?> { ["COMPOSE_PROJECT_NAME"] = _project, [App.Variable("PORTS")] = $"{port}-{port + 2}" },
        };
        _started.Add("prod");

        var run = CommandRunner.TryRunAsync(command, line =>
        {
            if (group == 0) group = int.Parse(line, CultureInfo.InvariantCulture);
            if (line.Contains("postgres-1: starting", StringComparison.Ordinal)) started.TrySetResult();
        }, Cancellation);
        await started.Task.WaitAsync(Patience, Cancellation);
        await CommandRunner.RunAsync(new Command("bash", "-c", $"kill -INT -- -{group}"), cancellationToken: Cancellation);

        Assert.NotEqual(0, (await run).ExitCode);
        foreach (var kind in (string[])["ps -aq", "network ls -q", "volume ls -q"])
            Assert.Equal("", await DockerAsync($"{kind} --filter label=com.docker.compose.project={Project()}"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var environment in _started.Distinct()) await RunAsync("ComposeDown --delete-volumes", environment);
        // An engine that leaves its swarm forgets the names of all containers that run on it: nothing else of this collection runs now.
        if (_leaveSwarm) await ShellAsync($"{Docker} swarm leave --force && {Docker} network rm docker_gwbridge");
        await ShellAsync($"{Docker} rm --force --volumes {_project}-client");
        _directory.Dispose();
    }

    // The name that is exported is one for all environments.
    private string Project(string environment = "prod") => $"{_project}-{environment}";

    private string Docker => published.PrintedCommand("Run").Split(" run ")[0];

    private async Task<BuildRun> RunAsync(string targets, string environment, params (string Name, string Value)[] variables)
    {
        if (!targets.StartsWith("ComposeDown", StringComparison.Ordinal) && environment is "dev" or "prod" or "staging") _started.Add(environment);
        var all = new Dictionary<string, string?>
        {
            ["COMPOSE_PROJECT_NAME"] = _project, ["RegistryUser"] = "ada", ["RegistryToken"] = Token.Value, ["GITHUB_TOKEN"] = GitHub.Value, ["COSIGN_PASSWORD"] = Signing.Value,
        };
        foreach (var (name, value) in variables) all[name] = value;
        var run = await published.Checkout.BuildAsync($"{targets} --environment {environment}", TestContext.Current.CancellationToken, all);
        var password = Path.Combine(Root, "deploy", "compose", "secrets", "prod", Password);
        Mark[] secrets = [Token, GitHub, Signing, .. File.Exists(password) ? [new Mark("database's password", await File.ReadAllTextAsync(password, Cancellation))] : (Mark[])[]];
        Assert.DoesNotContain(secrets, mark => mark.IsIn(run.Output));
        return run;
    }

    // The published image with one more instruction, under a digest of its own.
    private async Task<string> VariantAsync(string name, string instruction)
    {
        var place = published.Record.Repository.Split('/')[0];
        var build = await ShellAsync($"printf 'FROM {published.Record.Repository}@{published.Record.Digest}\\n{instruction.Replace("\"", "\\\"", StringComparison.Ordinal)}\\n' | {Docker} buildx build --quiet --provenance=false --tag {place}/{_project}:{name} --push - && {Docker} buildx imagetools inspect {place}/{_project}:{name}");
        Assert.True(build.Succeeded, build.StandardError);
        return $"{place}/{_project}@{DigestLine().Match(build.StandardOutput).Groups["digest"].Value}";
    }

    // One request after the other, each over a connection of its own, by the service's name, from inside the stack's network.
    private async Task<string> StartClientAsync()
    {
        var script = Path.Combine(_directory.Path, "client");
        await File.WriteAllTextAsync(script, $$"""
            trap 'echo "$ok answered, $lost lost"; exit' TERM INT
            ok=0 lost=0
            while true; do
              line=
              if { exec 3<>/dev/tcp/{{App.Name}}/{{App.Port}}; } 2>/dev/null \
                && printf 'GET /api/tenants HTTP/1.1\r\nHost: {{App.Name}}\r\nConnection: close\r\n\r\n' >&3 2>/dev/null \
                && read -r -t 5 line <&3 && [[ $line == 'HTTP/1.1 200'* ]]; then ((++ok)); else ((++lost)); echo "lost: ${line:-no answer}"; fi
              exec 3<&- 3>&-
              sleep 0.005
            done
            """.ReplaceLineEndings("\n"), Cancellation);
        var postgres = EnvironmentFile.Read(Path.Combine(Root, "artifacts", "compose", "prod.env")).Values[App.Variable("POSTGRES_IMAGE")];
        await DockerAsync($"run --detach --name {_project}-client --network {Project()}_frontend --volume {script}:/client:ro --entrypoint bash {postgres} /client");
        return $"{_project}-client";
    }

    // Nothing of the engine, of what runs on it, of the registry and of the files, although each of these would take some of it away or write it anew.
    private async Task AssertDryRunsChangeNothingAsync(int port)
    {
        const string Run = "BuildImages SmokeTestImages ScanImages SignImages VerifyImages Publish PromoteImages ComposeUp ComposeDown ComposeLogs Clean StopEngine";
        const string Worst = "--purge-engine --delete-volumes --republish --allow-dirty --allow-older --replace-version --promote-allow-older --promote-replace-version";
        var before = await WorldAsync();
        var from = published.Record.Tags[0];

        var run = await RunAsync($"{Run} {Worst} --dry-run --promote-from {from} --promote-to dry", "prod", (App.Variable("PORTS"), $"{port}-{port + 2}"));

        run.AssertSucceeded();
        foreach (var target in Run.Split(' ')) Assert.Contains($"║ {target}", run.Output, StringComparison.Ordinal);
        Assert.Equal(before, await WorldAsync());
    }

    private async Task<string> WorldAsync()
    {
        var ofProject = $"--filter label=com.docker.compose.project={Project()}";
        var repository = ImageReference.Parse(published.Record.Repository);
        using var registry = OciRegistry.Of(repository);
        var served = new List<string>();
        await foreach (var tag in registry.ListTagsAsync(repository, cancellationToken: Cancellation))
            served.Add($"{tag} {(await registry.ResolveAsync(repository.WithTag(tag), Cancellation)).Digest}");
        return $"""
            {await DockerAsync("info --format '{{.ID}}'")}
            {await DockerAsync($"inspect --format '{{{{.Id}}}} {{{{.State.StartedAt}}}}' $({Docker} ps -aq {ofProject})")}
            {await DockerAsync($"volume ls {ofProject}")}
            {await DockerAsync($"network ls {ofProject}")}
            {await DockerAsync("image inspect --format '{{.Id}}' " + $"{repository}@{published.Record.Digest}")}
            {string.Join('\n', served.Order())}
            {(await ShellAsync("find . -path ./.git -prune -o -path ./.nuke/temp -prune -o -type f -exec stat --format '%n %s %y' {} + | sort")).StandardOutput}
            """;
    }

    // PostgreSQL made its data with a password, and takes no other one.
    private async Task AssertDataKeepTheirPasswordAsync()
    {
        var file = Path.Combine(Root, "deploy", "compose", "secrets", "prod", Password);
        var before = File.Exists(file) ? await File.ReadAllTextAsync(file, Cancellation) : null;
        var port = FreePorts(3);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await DockerAsync($"volume create {Project()}_postgres-data");
        try
        {
            File.Delete(file);
            (await RunAsync("ComposeUp", "prod", (App.Variable("PORTS"), $"{port}-{port + 2}"))).AssertFailed($"{Project()}_postgres-data", "is gone", "--delete-volumes");
            await File.WriteAllTextAsync(file, "the first", Cancellation);
            (await RunAsync("ComposeUp", "prod", (App.Variable("PORTS"), $"{port}-{port + 2}"), (Password, "the second"))).AssertFailed($"{Project()}_postgres-data", "ALTER ROLE");
            Assert.Equal("the first", await File.ReadAllTextAsync(file, Cancellation));
        }
        finally
        {
            File.Delete(file);
            if (before is not null) await File.WriteAllTextAsync(file, before, CancellationToken.None);
            await DockerAsync($"volume rm {Project()}_postgres-data");
        }
    }

    // What there is beside the sources, byte for byte.
    private async Task<string> FilesAsync() => (await ShellAsync("find deploy artifacts/compose -type f -exec sha256sum {} + | sort")).StandardOutput;

    private static async Task<string?> AskAsync(int port, string question)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Cancellation);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{question}\r\n"), Cancellation);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(Cancellation);
    }

    private static async Task<bool> AnswersAsync(HttpClient http, string address, string text)
    {
        await Task.Delay(100, Cancellation);
        try
        {
            return (await http.GetStringAsync(new Uri(address), Cancellation)).Contains(text, StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>The first of so many ports in a row that nobody listens on, below those that connections get, and that no other test here got.</summary>
    private static int FreePorts(int count)
    {
        while (true)
        {
            var first = Interlocked.Add(ref _nextPort, count) - count;
            var listeners = Enumerable.Range(first, count).Select(port => new TcpListener(IPAddress.Loopback, port)).ToArray();
            try
            {
                foreach (var listener in listeners) listener.Start();
                return first;
            }
            catch (SocketException)
            {
                // The next ones, then.
            }
            finally
            {
                foreach (var listener in listeners) listener.Stop();
            }
        }
    }

    private async Task<string> DockerAsync(string arguments)
    {
        var result = await ShellAsync($"{Docker} {arguments}");
        Assert.True(result.Succeeded, $"docker {arguments}: {result.StandardError}");
        return result.StandardOutput.Trim();
    }

    private Task<CommandResult> ShellAsync(string line) => CommandRunner.TryRunAsync(new Command("bash", "-c", line) { WorkingDirectory = Root });

    [GeneratedRegex(@"healthy after (?<seconds>[0-9.]+) s", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex HealthyAfter();

    [GeneratedRegex(@"^Digest:\s+(?<digest>\S+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex DigestLine();
}
