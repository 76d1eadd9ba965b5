namespace Acci.Delivery.Processes;

/// <summary>
/// A program to be run. Arguments are a list, never a string to be split; secrets travel in <see cref="Environment"/> or <see cref="StandardInput"/>,
/// never among the arguments, where every process on the machine can read them.
/// </summary>
public sealed record Command(string Executable, params IReadOnlyList<string> Arguments)
{
    /// <summary>Variables set for the program on top of this process's own; a null value removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Names of the withheld variables that are passed to the program: the secrets that it needs.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>Where the program runs; this process's own directory when not given.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Text the program reads from its standard input; none means an empty input.</summary>
    public string? StandardInput { get; init; }

    /// <summary>Writes what the program reads from its standard input, for what is too large to be a text.</summary>
    public Func<Stream, CancellationToken, Task>? StandardInputWriter { get; init; }

    /// <summary>How long it is waited for, for one that answers soon or never; null for one that takes as long as it needs.</summary>
    public TimeSpan? AnswerTime { get; init; }

    /// <summary>The clock that it is waited for by.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The command with further arguments at its end.</summary>
    public Command With(params IEnumerable<string> arguments) => this with { Arguments = [.. Arguments, .. arguments] };

    /// <summary>
    /// The command as one would type it, without secrets. Where it does not get variables that are set, these are taken away by <c>env -u</c>: so it does
    /// what it does here.
    /// </summary>
    public override string ToString() => Redaction.Redact(string.Join(' ', [.. Removed(), .. Arguments.Prepend(Executable).Select(Quote)]));

    private IEnumerable<string> Removed()
    {
        string[] removed = [.. Environment.Where(x => x.Value is null).Select(x => x.Key)];
        if (removed.Length == 0) return [];
        var here = ProcessEnvironment.Read();
        string[] names = [.. removed.Where(x => here.Find(x) is not null && !WithheldVariables.All.ContainsKey(x)).Order(StringComparer.Ordinal)];
        // A Windows shell has no such command.
        return names.Length == 0 || OperatingSystem.IsWindows() ? [] : ["env", .. names.Select(x => $"-u {Quote(x)}")];
    }

    /// <summary>The argument as a POSIX shell takes it for itself.</summary>
    internal static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsLetterOrDigit(c) || "-_./:=@,+%".Contains(c, StringComparison.Ordinal))
            ? argument
            : $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
