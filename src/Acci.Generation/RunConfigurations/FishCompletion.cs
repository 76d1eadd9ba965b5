namespace Acci.Generation.RunConfigurations;

/// <summary>Completion for fish, with descriptions. Source: fish documentation, "complete".</summary>
internal static class FishCompletion
{
    private const string Name = "build.fish";

    public static GeneratedFile Of(BuildCommands commands) => ShellCompletion.File(
        commands,
        Name,
        [
            ShellCompletion.Notice(commands, Name, "source FILE"),
            // The parameter that a word may be a value of: the last one before it.
            "function __acci_build_parameter",
            "    set --local parameters (string match -- '--*' (commandline --tokenize --cut-at-cursor --current-process))",
            "    and echo $parameters[-1]",
            "end",
            "function __acci_build_values",
            "    switch (__acci_build_parameter)",
            .. commands.Parameters.Where(x => ShellCompletion.ValuesOf(x).Count > 0)
                .Select(x => $"        case --{x.Name}; printf '%s\\n' {string.Join(' ', ShellCompletion.ValuesOf(x).Select(Quote))}"),
            "    end",
            "end",
            .. ShellCompletion.CommandsOf(commands).SelectMany(command => Lines(command, commands)),
        ]);

    private static IEnumerable<string> Lines(string command, BuildCommands commands) =>
    [
        $"complete --command {command} --no-files",
        .. commands.Targets.Select(x => $"complete --command {command} --condition 'not __acci_build_parameter' --arguments {x.Name} --description {Quote(x.Description)}"),
        .. commands.Parameters.Select(x => $"complete --command {command} --long-option {x.Name} --description {Quote(x.Description)}"),
        $"complete --command {command} --condition __acci_build_parameter --arguments '(__acci_build_values)'",
        $"complete --command {command} --force-files --condition '__acci_build_parameter; and test -z \"$(__acci_build_values)\"'",
    ];

    // In fish's single quotes a backslash escapes itself and the quote.
    private static string Quote(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
