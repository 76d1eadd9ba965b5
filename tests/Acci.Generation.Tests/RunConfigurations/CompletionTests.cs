using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text.RegularExpressions;
using Acci.Delivery.Processes;
using Acci.Generation.RunConfigurations;
using Acci.Testing;
using Command = Acci.Delivery.Processes.Command;

namespace Acci.Generation.Tests.RunConfigurations;

/// <summary>The completions, asked of the real shells.</summary>
public sealed partial class CompletionTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("acci-completions-");

    public CompletionTests()
    {
        foreach (var file in RunConfigurationFiles.Of(SampleCommands.All, [])) file.Write(_root.FullName);
    }

    /// <summary>What is typed, and what it can be completed to.</summary>
    public static TheoryData<string, string[]> Typed => new()
    {
        { "./build.sh Pub", ["Publish", "PublishAll"] },
        { "./build.sh Test Com", ["Compile"] },
        { "./build.sh Publish --ca", ["--cache-kind"] },
        { "./build.sh Publish --cache-kind Loc", ["Local"] },
        { "./build.sh --skip Test Co", ["Compile"] },
        { "./build.sh Publish --dry-run tr", ["true"] },
    };

    /// <summary>The same, and the same of the script for PowerShell.</summary>
    public static TheoryData<string, string[]> TypedInPowerShell =>
        [.. Typed, .. Typed.Select(x => new TheoryDataRow<string, string[]>(x.Data.Item1.Replace("./build.sh", $"{SourceTree.Root}/build.ps1", StringComparison.Ordinal), x.Data.Item2))];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Typed))]
    public async Task Bash_completes(string typed, string[] expected)
    {
        Assert.SkipUnless(Executables.Find("bash") is not null, "bash is not here.");
        const string script = """
            source "$1"; read -ra COMP_WORDS <<< "$2"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            specification=$(complete -p build.sh); [[ $specification == *'-F _acci_build'* ]] && _acci_build && printf '%s\n' "${COMPREPLY[@]}"
            """;

        Assert.Equal(expected, Lines(await RunAsync("bash", ["--norc", "-c", script, "bash", FileOf("build.bash"), typed])));
    }

    [Theory]
    [MemberData(nameof(Typed))]
    public async Task Fish_completes_and_describes(string typed, string[] expected)
    {
        var root = Executables.Find("fish") is null ? DebianPackages.Fetch("fish", "fish", "fish-common", "libpcre2-32-0") : "/";
        Assert.SkipWhen(root is null, "fish is not on the PATH, and apt is not here to fetch it.");
        var libraries = Directory.Exists(Path.Combine(root, "usr", "lib")) ? string.Join(':', Directory.EnumerateDirectories(Path.Combine(root, "usr", "lib"), "*-linux-gnu*")) : "";
        var environment = root == "/" ? new Dictionary<string, string?>() : new Dictionary<string, string?> { ["LD_LIBRARY_PATH"] = libraries };

        // fish looks for part of a name in the middle of one, too, where nothing begins with it: descriptions stand behind a tab.
        var lines = Lines(await RunAsync(root == "/" ? "fish" : Path.Combine(root, "usr", "bin", "fish"), ["--no-config", "-c", $"source {FileOf("build.fish")}; complete -C {ShellQuote(typed)}"], environment));
        Assert.Equal(expected, lines.Select(x => x.Split('\t')[0]));
        if (typed.EndsWith("Pub", StringComparison.Ordinal)) Assert.Equal(SampleCommands.All.Targets[1].Description, lines[0].Split('\t')[1]);
    }

    [Fact]
    public async Task Bash_3_of_macOS_has_all_that_is_used() =>
        Assert.DoesNotMatch(@"\b(mapfile|readarray|declare -A|local -n)\b|\$\{[^}]*(,,|\^\^)", await File.ReadAllTextAsync(FileOf("build.bash"), Cancellation));

    [Theory]
    [MemberData(nameof(Typed))]
    public Task Zsh_completes(string typed, string[] expected) => ZshAsync($"autoload -Uz compinit; compinit -u -d {_root.FullName}/dump; source {FileOf("_build")}", typed, @"\t\t", expected);

    [Fact]
    public Task Zsh_completes_at_the_first_time_with_the_file_found_in_a_folder_of_completions() =>
        ZshAsync($"fpath=({Path.GetDirectoryName(FileOf("_build"))} $fpath); autoload -Uz compinit; compinit -u -d {_root.FullName}/dump", "./build.sh Test Com", @"\t", ["Compile"]);

    [Theory]
    [MemberData(nameof(TypedInPowerShell))]
    public void PowerShell_completes_and_describes(string typed, string[] expected)
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        shell.AddScript(File.ReadAllText(FileOf("build.completion.ps1"))).Invoke();
        Assert.False(shell.HadErrors, string.Join('\n', shell.Streams.Error));
        shell.Commands.Clear();

        var completions = CommandCompletion.CompleteInput(typed, typed.Length, null, shell).CompletionMatches;

        Assert.Equal(expected, completions.Select(x => x.CompletionText));
        if (typed.EndsWith("Pub", StringComparison.Ordinal)) Assert.Equal(SampleCommands.All.Targets[1].Description, completions[0].ToolTip);
    }

    private async Task ZshAsync(string preparation, string typed, string tabs, string[] expected)
    {
        var root = Executables.Find("zsh") is null ? DebianPackages.Fetch("zsh", "zsh", "zsh-common") : "/";
        Assert.SkipWhen(root is null, "zsh is not on the PATH, and apt is not here to fetch it.");
        var modules = root == "/" ? "" : $"module_path=({Directory.EnumerateDirectories(Path.Combine(root, "usr", "lib"), "*-linux-gnu*").First()}/zsh/*(/)); fpath=({root}/usr/share/zsh/functions/**/*(/N));";
        var zsh = root == "/" ? "zsh" : Path.Combine(root, "bin", "zsh");
        // A terminal of its own, because zsh completes nowhere else. Completing lists what there is, and goes on as far as all of it agrees.
        var script = $$"""
            {{modules}}
            zmodload zsh/zpty
            zpty shell {{zsh}} -f -i
            zpty -w shell '{{modules}} {{preparation}}; unsetopt beep; LISTMAX=0; PS1=; zstyle ":completion:*" list-separator "|"; print -r -- RE''ADY'
            zpty -r -m shell out '*READY*'
            zpty -w -n shell {{ShellQuote(typed)}}$'{{tabs}}'
            sleep 0.5
            zpty -w shell ''
            zpty -w shell 'print -r -- DO''NE'
            zpty -r -m shell out '*DONE*'
            print -r -- $out
            """;

        var shown = Escapes().Replace(await RunAsync(zsh, ["-f", "-c", script]), "");
        Assert.All(expected, completion => Assert.Contains(completion, shown, StringComparison.Ordinal));
    }

    private string FileOf(string name) => Path.Combine(_root.FullName, "build", "completions", name);

    private static async Task<string> RunAsync(string shell, string[] arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        // A shell that waits for input would wait for ever.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        return (await CommandRunner.RunAsync(new Command(shell, arguments) { Environment = environment ?? new Dictionary<string, string?>() }, cancellationToken: limit.Token)).StandardOutput;
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string ShellQuote(string text) => $"'{text}'";

    [GeneratedRegex(@"\e\[[0-9;?]*[a-zA-Z]|.\x08")]
    private static partial Regex Escapes();
}
