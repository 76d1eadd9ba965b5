namespace Acci.Generation.RunConfigurations;

/// <summary>Completion for bash. Source: GNU bash manual, "Programmable Completion".</summary>
internal static class BashCompletion
{
    private const string Name = "build.bash";

    public static GeneratedFile Of(BuildCommands commands) => ShellCompletion.File(
        commands,
        Name,
        [
            ShellCompletion.Notice(commands, Name, "source FILE"),
            "_acci_build() {",
            "    local word=${COMP_WORDS[COMP_CWORD]} at parameter= words=",
            "    # The parameter that this word may be a value of: the last one before it.",
            "    for ((at = COMP_CWORD - 1; at > 0; at--)); do",
            "        case ${COMP_WORDS[at]} in --*) parameter=${COMP_WORDS[at]}; break ;; esac",
            "    done",
            "    case $parameter in",
            .. commands.Parameters.Where(x => ShellCompletion.ValuesOf(x).Count > 0)
                .Select(x => $"        --{x.Name}) words={ShellCompletion.Quote(string.Join(' ', ShellCompletion.ValuesOf(x)))} ;;"),
            $"        '') words={ShellCompletion.Quote(string.Join(' ', commands.Targets.Select(x => x.Name)))} ;;",
            "    esac",
            $"    case $word in -*) words={ShellCompletion.Quote(string.Join(' ', commands.Parameters.Select(x => $"--{x.Name}")))} ;; esac",
            // No word has a blank in it, and the bash of macOS, which is 3.2, has no mapfile.
            "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))",
            "}",
            $"complete -o default -F _acci_build {string.Join(' ', ShellCompletion.CommandsOf(commands))}",
        ]);
}
