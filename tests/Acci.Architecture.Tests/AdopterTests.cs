using System.Net.Sockets;
using System.Xml.Linq;
using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Versioning;
using Acci.Testing;

namespace Acci.Architecture.Tests;

/// <summary>What somebody else does with the packages, from the first command to a running environment.</summary>
public sealed class AdopterTests(Adopter adopter, ITestOutputHelper output) : IClassFixture<Adopter>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repository_with_the_packages_alone_says_what_it_would_build()
    {
        Assert.SkipWhen(Adopter.Obstacle is not null, Adopter.Obstacle ?? "");

        var plan = await adopter.RunAsync("BuildImages", "--dry-run");

        Assert.Equal(Adopter.Projects.Length, adopter.Packages.Count);
        Assert.Contains("shop: would build version 1.2.3 for linux/amd64 from src/Shop/Dockerfile", plan.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("shop-stock: would build version 1.2.3 for linux/amd64 from src/stock/Dockerfile", plan.StandardOutput, StringComparison.Ordinal);
        Assert.Equal(0, plan.ExitCode);
        Assert.Equal(2, (await adopter.RunAsync("BuildImages", "--platfroms", "linux/amd64")).ExitCode);
    }

    [Fact]
    public async Task Each_package_has_what_its_page_shows_and_depends_on_nothing_that_exists_nowhere()
    {
        Assert.SkipWhen(Adopter.Obstacle is not null, Adopter.Obstacle ?? "");
        var packed = adopter.Packages.Select(Package.Read).ToDictionary(x => x.Id);
        var versions = XDocument.Load(Path.Combine(SourceTree.Root, "Directory.Packages.props")).Descendants("PackageVersion").Select(x => x.Attribute("Include")!.Value).ToHashSet();

        Assert.Equal(Adopter.Projects.Order(), packed.Keys.Order());
        var version = (await VersionInfo.ReadAsync(SourceTree.Root, Cancellation)).ToString();
        Assert.All(packed.Values, package =>
        {
            Assert.Equal(version, package.Version);
            Assert.Equal("Apache-2.0", package["license"]);
            Assert.NotEmpty(package["description"]);
            Assert.NotEmpty(package["authors"]);
            Assert.Matches("^[0-9a-f]{40}$", package.Commit);
            Assert.Contains(package["readme"], package.Files);
            Assert.Contains($"lib/net10.0/{package.Id}.dll", package.Files);
            Assert.Contains($"lib/net10.0/{package.Id}.xml", package.Files);
            Assert.True(File.Exists(Path.ChangeExtension(package.File, ".snupkg")), $"{package.Id} has no symbols.");
            // What is somebody else's comes with their notice.
            if (package.Files.Any(x => x.StartsWith("lib/", StringComparison.Ordinal) && x.EndsWith(".dll", StringComparison.Ordinal) && !x.EndsWith($"/{package.Id}.dll", StringComparison.Ordinal)))
                Assert.Contains("THIRD-PARTY-NOTICES.md", package.Files);
            Assert.All(package.Dependencies, x => Assert.True(packed.TryGetValue(x.Id, out var own) ? own.Version == x.Version : versions.Contains(x.Id), $"{package.Id} needs {x}."));
        });
    }

    [Fact]
    public async Task Its_build_is_compiled_as_its_generated_files_need_it()
    {
        Assert.SkipWhen(Adopter.Obstacle is not null, Adopter.Obstacle ?? "");

        // Editors start it there, and no culture of the machine changes what it writes.
        var built = Path.Combine(adopter.Folder, "build", "bin", "Debug", "_build");
        Assert.True(File.Exists($"{built}.dll"));
        Assert.Contains("\"System.Globalization.Invariant\": true", await File.ReadAllTextAsync($"{built}.runtimeconfig.json", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_generated_files_do_not_depend_on_the_name_of_the_folder()
    {
        Assert.SkipWhen(Adopter.Obstacle is not null, Adopter.Obstacle ?? "");

        var generated = new List<string>();
        foreach (var folder in (string[])["kiosk", "stall"])
        {
            var root = await adopter.CopyAsync(folder, Cancellation);
            Succeeded(await adopter.RunAsync("GenerateCompose", "--root", root));
            var files = Directory.GetFiles(Path.Combine(root, "deploy", "compose")).Order(StringComparer.Ordinal);
            generated.Add(string.Join('\n', await Task.WhenAll(files.Select(x => File.ReadAllTextAsync(x, Cancellation)))));
        }

        Assert.Contains("name: shop-local", generated[0], StringComparison.Ordinal);
        Assert.Equal(generated[0], generated[1]);
    }

    [Fact]
    public async Task It_publishes_both_its_images_and_two_of_it_run_side_by_side_and_share_nothing()
    {
        Assert.SkipWhen(Adopter.Obstacle is not null, Adopter.Obstacle ?? "");
        var obstacle = await Testing.Engine.FindObstacleAsync();
        Assert.SkipWhen(obstacle is not null, $"Nothing can be published here: {obstacle}.");

        var published = Succeeded(await TimedAsync([], "Publish"));
        Assert.Matches("shop: tagged .*1\\.2\\.3", published);
        Assert.Matches("shop-stock: tagged .*1\\.2\\.3", published);
        var (one, two) = (adopter.Folder, await adopter.CopyAsync("market", Cancellation));
        int[] ports = FreePorts(2);
        var up = new List<string> { one, two };
        try
        {
            var first = Succeeded(await UpAsync(one, ports[0], "Hello from one"));
            var second = Succeeded(await UpAsync(two, ports[1], "Hello from two"));

            // The greeting is its own setting, the currency a default in its code that nothing sets; the stock came from the second image by way of a store that lets nobody in
        // without the secret, and the price from a job that ended before the app began.
            Assert.Equal("Hello from one: three apples at 2 EUR", await AskAsync(ports[0], "three apples"));
            Assert.Equal("Hello from two: three apples at 2 EUR", await AskAsync(ports[1], "three apples"));
            Assert.NotEqual(ProjectOf(one), ProjectOf(two));
            Assert.NotEqual(SecretOf(one), SecretOf(two));
            Assert.All([SecretOf(one), SecretOf(two)], secret => Assert.DoesNotContain(secret, first + second, StringComparison.Ordinal));

            Succeeded(await DownAsync(one));
            up.Remove(one);
            Assert.Equal("Hello from two: three apples at 2 EUR", await AskAsync(ports[1], "three apples"));
            Succeeded(await DownAsync(two));
            up.Remove(two);
        }
        finally
        {
            // Whatever failed, nothing of it stays.
            foreach (var root in up) await DownAsync(root);
        }

        Assert.Empty(await LeftOverAsync(ProjectOf(one), ProjectOf(two)));
    }

    private Task<CommandResult> UpAsync(string root, int port, string greeting) =>
        TimedAsync([new("SHOP_PORTS", $"{port}"), new("Greeting", greeting)], "ComposeUp", "--environment", "local", "--root", root);

    private Task<CommandResult> DownAsync(string root) => TimedAsync([], "ComposeDown", "--environment", "local", "--delete-volumes", "--root", root);

    private async Task<CommandResult> TimedAsync(KeyValuePair<string, string?>[] variables, params string[] arguments)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var result = await adopter.RunAsync(variables, arguments);
        output.WriteLine($"{arguments[0]}: {watch.Elapsed.TotalSeconds:0} s");
        return result;
    }

    private static string Succeeded(CommandResult result)
    {
        Assert.True(result.ExitCode == 0, result.StandardOutput + result.StandardError);
        return result.StandardOutput + result.StandardError;
    }

    private static string SecretOf(string root) => File.ReadAllText(Path.Combine(root, "deploy", "compose", "secrets", "local", "Store__Password"));

    // What the second image says is in the store within a second or two of its start.
    private static async Task<string> AskAsync(int port, string awaited)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var attempt = 0; ; attempt++)
        {
            var answer = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/"), Cancellation);
            if (answer.Contains(awaited, StringComparison.Ordinal) || attempt == 3000) return answer;
            await Task.Delay(100, Cancellation);
        }
    }

    private static string ProjectOf(string root) =>
        File.ReadLines(Path.Combine(root, "deploy", "compose", ".env.local")).Single(x => x.StartsWith("COMPOSE_PROJECT_NAME=", StringComparison.Ordinal)).Split('=')[1];

    private async Task<string[]> LeftOverAsync(params string[] projects)
    {
        var engine = await new DeliveryContext(new DeliveryOptions { Root = adopter.Folder, Artifacts = adopter.Folder, Images = [] }, Cancellation).EngineAsync();
        var left = new List<string>();
        foreach (var (kind, project) in from kind in (string[])["container", "network", "volume"] from project in projects select (kind, project))
        {
            string[] all = kind == "container" ? ["--all"] : [];
            var list = await CommandRunner.RunAsync(engine.Docker([kind, "ls", "--quiet", .. all, "--filter", $"label=com.docker.compose.project={project}"]), cancellationToken: Cancellation);
            left.AddRange(list.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        return [.. left];
    }

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(System.Net.IPAddress.Loopback, 0))];
        foreach (var listener in listeners) listener.Start();
        int[] ports = [.. listeners.Select(x => ((System.Net.IPEndPoint)x.LocalEndpoint).Port)];
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }
}
