using System.Text.RegularExpressions;
using Acci.Delivery.Caching;
using Acci.Delivery.Processes;
using Acci.Generation;

namespace Acci.Delivery.Engines;

/// <summary>
/// A program of the private engine under a path that stays and can be typed, <c>~/.cache/acci/bin/docker</c>: a script that sets what the program needs
/// and becomes it.
/// </summary>
public static partial class Shortcut
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Writes the script, if it is not there with this content.</summary>
    /// <returns>The script's path.</returns>
    public static string Write(CacheDirectory cache, string program, params IEnumerable<KeyValuePair<string, string>> variables)
    {
        cache.EnsureOwn();
        OwnFolder.Ensure(cache.Combine("bin"));
        var script = cache.Combine("bin", Path.GetFileName(program));
        // What it starts finds the same program: buildx asks docker for the containers that are build nodes. An empty folder in it would be the current one.
        var path = $"export PATH={Command.Quote(cache.Combine("bin"))}\"${{PATH:+:$PATH}}\"";
        var lines = variables.Select(x => $"export {x.Key}={Command.Quote(x.Value)}").Append(path).Append($"exec {Command.Quote(program)} \"$@\"");
        var text = $"#!/bin/sh\n{string.Join('\n', lines)}\n";
        if (File.Exists(script) && File.ReadAllText(script) == text) return script;
        AtomicFile.Write(script, text, Executable);
        return script;
    }

    // What Command.ToString writes before a program that does not get all variables.
    [GeneratedRegex(@"^(?:env(?: -u \S+)+ )?")]
    private static partial Regex Variables();

    /// <summary>A command as one would type it: its program starts with <c>~</c> where it is below the home folder.</summary>
    public static string ToTyped(string command, ProcessEnvironment environment)
    {
        var home = environment.Home;
        var program = Variables().Match(command).Length;
        return home.Length > 1 && command.AsSpan(program).StartsWith(home + "/", StringComparison.Ordinal)
            ? $"{command[..program]}~{command[(program + home.Length)..]}"
            : command;
    }
}
