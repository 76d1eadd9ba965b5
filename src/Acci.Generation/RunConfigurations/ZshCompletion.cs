namespace Acci.Generation.RunConfigurations;

/// <summary>Completion for zsh, with descriptions. Source: zsh manual, "Completion System", <c>_describe</c> and <c>compadd</c>.</summary>
internal static class ZshCompletion
{
    private const string Name = "_build";

    public static GeneratedFile Of(BuildCommands commands) => ShellCompletion.File(
        commands,
        Name,
        [
            $"#compdef {string.Join(' ', ShellCompletion.CommandsOf(commands))}",
            ShellCompletion.Notice(commands, Name, "source FILE, after compinit"),
            "_acci_build() {",
            "    local parameter=${${(M)words[2,CURRENT-1]:#--*}[-1]}",
            "    local -a targets parameters values",
            "    targets=(",
            .. commands.Targets.Select(x => $"        {Item(x.Name, x.Description)}"),
            "    )",
            "    parameters=(",
            .. commands.Parameters.Select(x => $"        {Item($"--{x.Name}", x.Description)}"),
            "    )",
            "    case $parameter in",
            .. commands.Parameters.Where(x => ShellCompletion.ValuesOf(x).Count > 0)
                .Select(x => $"        --{x.Name}) values=({string.Join(' ', ShellCompletion.ValuesOf(x).Select(ShellCompletion.Quote))}) ;;"),
            "    esac",
            "    if [[ $PREFIX == -* ]]; then _describe -t parameters parameter parameters",
            "    elif [[ -z $parameter ]]; then _describe -t targets target targets",
            "    elif (( $#values )); then compadd -a values",
            "    else _files",
            "    fi",
            "}",
            $"compdef _acci_build {string.Join(' ', ShellCompletion.CommandsOf(commands))}",
            "# Loaded by compinit from a folder in fpath, this file is the body of the function that completes.",
            $"if [[ $funcstack[1] == {Name} ]]; then _acci_build \"$@\"; fi",
        ]);

    private static string Item(string name, string description) => ShellCompletion.Quote($"{name.Replace(":", "\\:", StringComparison.Ordinal)}:{description.Replace(":", "\\:", StringComparison.Ordinal)}");
}
