namespace Acci.Generation.RunConfigurations;

/// <summary>Completion for PowerShell, with descriptions. Source: PowerShell's documentation, "Register-ArgumentCompleter".</summary>
internal static class PowerShellCompletion
{
    private const string Name = "build.completion.ps1";

    public static GeneratedFile Of(BuildCommands commands) => ShellCompletion.File(
        commands,
        Name,
        [
            ShellCompletion.Notice(commands, Name, ". FILE"),
            "$AcciBuild = @{",
            "    Targets = [ordered]@{",
            .. commands.Targets.Select(x => $"        {Quote(x.Name)} = {Quote(x.Description)}"),
            "    }",
            "    Parameters = [ordered]@{",
            .. commands.Parameters.Select(x => $"        {Quote($"--{x.Name}")} = {Quote(x.Description)}"),
            "    }",
            "    Values = @{",
            .. commands.Parameters.Where(x => ShellCompletion.ValuesOf(x).Count > 0)
                .Select(x => $"        {Quote($"--{x.Name}")} = @({string.Join(", ", ShellCompletion.ValuesOf(x).Select(Quote))})"),
            "    }",
            "}",
            "$AcciBuild.Complete = {",
            "    param($word, $ast)",
            "    # The parameter that this word may be a value of: the last one before it.",
            "    $parameter = $null",
            "    foreach ($element in $ast.CommandElements) {",
            "        $text = $element.Extent.Text",
            "        if ($text -like '--*' -and $text -ne $word) { $parameter = $text }",
            "    }",
            "    if ($word -like '-*') { $found = $AcciBuild.Parameters }",
            "    elseif (-not $parameter) { $found = $AcciBuild.Targets }",
            "    else { $found = [ordered]@{}; foreach ($value in $AcciBuild.Values[$parameter]) { $found[$value] = $value } }",
            "    foreach ($entry in $found.GetEnumerator()) {",
            "        if ($entry.Key -like \"$word*\") {",
            "            $tip = if ($entry.Value) { $entry.Value } else { $entry.Key }",
            "            [System.Management.Automation.CompletionResult]::new($entry.Key, $entry.Key, 'ParameterValue', $tip)",
            "        }",
            "    }",
            "}",
            $"Register-ArgumentCompleter -Native -CommandName {string.Join(", ", [.. Scripts(commands), .. ShellCompletion.CommandsOf(commands)])} -ScriptBlock {{",
            "    param($wordToComplete, $commandAst, $cursorPosition)",
            "    & $AcciBuild.Complete $wordToComplete $commandAst",
            "}",
        ]);

    private static string[] Scripts(BuildCommands commands) => commands.ScriptPath is null ? [] : [$"{commands.ScriptName}.ps1", $"{commands.ScriptName}.cmd"];

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
