using Acci.Delivery.Packing;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Architecture.Tests;

/// <summary>A repository of somebody else, <c>tests/adopter</c>: it has this one's packages, and no file of it.</summary>
public sealed class AdopterTests : IDisposable
{
    private static readonly string[] Projects = ["Acci.Oci", "Acci.Settings", "Acci.Generation", "Acci.Delivery", "Acci.Environments", "Acci.Components", "Nuke.Offline"];

    private readonly TemporaryRepository _shop = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task A_repository_with_the_packages_alone_says_what_it_would_build()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The adopter's build.sh runs here on Linux.");
        Assert.SkipUnless(typeof(Nuke.Common.NukeBuild).Assembly.GetName().Name == "Nuke.Offline", "Packages made on NUKE itself need a package source that carries it.");
        Copy(Path.Combine(SourceTree.Root, "tests", "adopter"));
        await _shop.Run("git init --quiet", "git add .", "git commit --quiet --message first", "git tag v1.2.3");
        var packages = await new PackageBuild(SourceTree.Root, Path.Combine(_shop.Directory, "packages")) { Projects = [.. Projects.Select(x => $"src/{x}/{x}.csproj")] }.RunAsync(Cancellation);

        var plan = await RunAsync("BuildImages", "--dry-run");

        Assert.Equal(Projects.Length, packages.Count);
        Assert.Contains("shop: would build version 1.2.3 for linux/amd64 from web/Dockerfile", plan.StandardOutput, StringComparison.Ordinal);
        Assert.Equal(0, plan.ExitCode);
        // What it has of its own is all it needs, and nothing there has the name of this repository's app.
        Assert.False(Directory.Exists(Path.Combine(_shop.Directory, "deploy")));
        Assert.Equal(2, (await RunAsync("BuildImages", "--platfroms", "linux/amd64")).ExitCode);
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => CommandRunner.TryRunAsync(
        new Command("bash", ["build.sh", .. arguments]) { WorkingDirectory = _shop.Directory, Environment = new Dictionary<string, string?> { ["NUKE_ROOT"] = null } }, cancellationToken: Cancellation);

    private void Copy(string source)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            // A file of that name would hold for the copy's source as well.
            var target = Path.Combine(_shop.Directory, Path.GetRelativePath(source, file).Replace("gitignore", ".gitignore", StringComparison.Ordinal));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
