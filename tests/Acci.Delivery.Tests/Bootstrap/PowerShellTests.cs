using System.Text.RegularExpressions;
using Acci.Testing;

namespace Acci.Delivery.Tests.Bootstrap;

/// <summary>What is typed into a PowerShell arrives at the build as it does from bash.</summary>
public sealed partial class PowerShellTests : IDisposable
{
    private const string Legacy = "$PSNativeCommandArgumentPassing = 'Legacy'\n";

    private readonly BuildScript _script = new();

    public PowerShellTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The dotnet that stands in here is a shell script.");

    /// <summary>What stands behind <c>./build.sh</c> in the documentation, a line each.</summary>
    private static IReadOnlyList<string> Documented =>
    [
        .. Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "docs"), "*.md").Order(StringComparer.Ordinal).Prepend(Path.Combine(SourceTree.Root, "README.md"))
            .SelectMany(File.ReadLines).Select(x => DocumentedCommand().Match(x)).Where(x => x.Success).Select(x => x.Groups["arguments"].Value),
    ];

    public void Dispose() => _script.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(Legacy)]
    public async Task Every_documented_command_arrives_from_inside_a_session_as_from_bash(string before)
    {
        var expected = await _script.TypeAsync(Shell.Bash, string.Join('\n', Documented.Select(x => $"./build.sh {x}")));

        Assert.True(expected.Count > 20);
        Assert.Equal(expected, await _script.TypeAsync(Shell.PowerShell, before + string.Join('\n', Documented.Select(x => $"./build.ps1 {x}"))));
    }

    [Fact]
    public async Task Every_documented_command_arrives_with_File_as_from_bash()
    {
        // One start for all of them: each word arrives by itself.
        var words = string.Join(' ', Documented);
        var powerShell = string.Join(' ', PowerShellTool.Command.Select(x => $"'{x}'"));

        Assert.Equal(await _script.TypeAsync(Shell.Bash, $"./build.sh {words}"), await _script.TypeAsync(Shell.Bash, $"{powerShell} -NoProfile -File ./build.ps1 {words}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Legacy)]
    public async Task What_is_typed_is_handed_on(string before)
    {
        (string Typed, string Expected)[] lines =
        [
            // Lists, and numbers as they were typed, in lists, too.
            ("--platforms linux/amd64,linux/arm64", "[--platforms][linux/amd64,linux/arm64]"),
            ("--promote-to 1.2.3,1.10,007,latest 1.10 007 0x10 1e3", "[--promote-to][1.2.3,1.10,007,latest][1.10][007][0x10][1e3]"),
            ("--promote-to 1.10, 2.0 `\n  --prune-keep-tags 3.0,1.1", "[--promote-to][1.10,2.0][--prune-keep-tags][3.0,1.1]"),
            ("--promote-to=1.10,2.0", "[--promote-to=1.10,2.0]"),
            ("--promote-to 1.20,$one,$two", "[--promote-to][1.20,1.1,a b]"),
            ("--promote-to $list $nothing @list", "[--promote-to][a b,c][a b][c]"),
            // What PowerShell would take for itself.
            ("-Verbose -Debug Publish -ErrorAction Stop -WhatIf -ov x", "[-Verbose][-Debug][Publish][-ErrorAction][Stop][-WhatIf][-ov][x]"),
            ("--severity HIGH,CRITICAL -5 $true", "[--severity][HIGH,CRITICAL][-5][True]"),
            // What a program would not be given as it is.
            ("--tag-rules \"type=sha;type=ref\" 'a  b' '' \"@file\" '$HOME' '*.md' '%PATH%'", "[--tag-rules][type=sha;type=ref][a  b][][@file][$HOME][*.md][%PATH%]"),
            ("""'{"a": "b c"}' '"b c"' 'a"b' 'back\' 'with blank\' '\"' 'a\\"b c'""", """[{"a": "b c"}]["b c"][a"b][back\][with blank\][\"][a\\"b c]"""),
        ];

        // One session for all of them: starting it takes longer than all that is typed.
        var started = await _script.TypeAsync(
            Shell.PowerShell, $"{before}$one = 1.1; $two = 'a b'; $list = 'a b', 'c'; $nothing = $null\n{string.Join('\n', lines.Select(x => $"./build.ps1 {x.Typed}"))}");

        Assert.Equal(lines.Select(x => x.Expected), started);
    }

    [Fact]
    public async Task A_session_goes_on_as_it_was()
    {
        const string state = "\"$PWD $env:NUKE_ENGINE $env:DOTNET_NOLOGO $env:PATH $env:BUILD_COMMAND_LINE\"";

        var lines = await _script.TypeAsync(Shell.PowerShell, $"{Legacy}cd /; $env:NUKE_ENGINE = ''; $env:DOTNET_NOLOGO = ''\n{state}\n& '{_script.Root}/build.ps1' a b\n$LASTEXITCODE\n{state}");

        Assert.Equal([lines[0], "[a][b]", "7", lines[0]], lines);
    }

    [GeneratedRegex(@"^\s*(?:\./build\.sh|\.\\build\.ps1)\s+(?<arguments>.*?)(?:\s+#.*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex DocumentedCommand();
}
