namespace Acci.Delivery.Images;

/// <summary>
/// How the smoke test starts an image. With nothing said here it runs as a container in production should: read-only, without capabilities, with the command and the
/// variables of the image itself, until it is stopped.
/// </summary>
public sealed record SmokeTestOptions
{
    private static readonly int[] Clean = [0];
    // The signal itself ended it, as it does to a program without a handler for it.
    private static readonly int[] Stopped = [0, 143];

    /// <summary>Variables of the container, besides those of the image; no secrets.</summary>
    /// <exception cref="DeliveryException">A name has '=', a space or a line break in it, or a value has a line break, none of which docker's file of variables can hold.</exception>
    public IReadOnlyDictionary<string, string> Variables
    {
        get;
        init => field = value.FirstOrDefault(x => !IsName(x.Key) || x.Value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0) is not { Key: { } name } ? value
            : throw new DeliveryException($"The smoke test's variable '{name}' cannot be told to a container: a name has no '=', '#' or space, and a value no line break.");
    } = new Dictionary<string, string>();

    /// <summary>Arguments in place of the image's <c>CMD</c>, as in <c>["--version"]</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Whether the container's file system is read-only.</summary>
    public bool ReadOnly { get; init; } = true;

    /// <summary>Folders in memory that the container may write to, as in <c>["/tmp"]</c>; options after a colon, as for <c>docker run --tmpfs</c>.</summary>
    public IReadOnlyList<string> Tmpfs { get; init; } = [];

    /// <summary>The Linux capabilities that the container keeps, as in <c>["NET_BIND_SERVICE"]</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>Whether an init process passes signals on, for a program that ignores them as the first process (<c>docker run --init</c>).</summary>
    public bool Init { get; init; }

    /// <summary>Whether the program ends by itself, within <see cref="EndLimit"/>: a migration, a command-line tool. Nothing is asked of it then but its exit code.</summary>
    public bool Ends { get; init; }

    /// <summary>How long a program that ends may take, on every platform: an emulated one is slower. A minute when nothing is said.</summary>
    /// <exception cref="DeliveryException">It is not longer than zero, so that nothing would pass.</exception>
    public TimeSpan? EndLimit
    {
        get;
        init => field = value is null || value > TimeSpan.Zero ? value : throw new DeliveryException($"{nameof(EndLimit)} of a smoke test is {value}: write a time longer than zero, or leave it out.");
    }

    /// <summary>The exit codes that pass: 0, and where the program is stopped 143, too, unless it is said here.</summary>
    /// <exception cref="DeliveryException">There are none, so that nothing would pass.</exception>
    public IReadOnlyList<int> ExitCodes
    {
        get => field ?? (Ends ? Clean : Stopped);
        init => field = value is not [] ? value : throw new DeliveryException($"{nameof(ExitCodes)} of a smoke test is empty, so nothing would pass: name the codes that may end it, or leave it out.");
    }

    /// <summary>Why the image is not smoke-tested; null where it is. It is published all the same, and its table, record and summary give this reason.</summary>
    public string? SkippedBecause { get; init => field = value is { Length: > 0 } ? value : null; }

    /// <summary>The options of <c>docker run</c>, without <see cref="Variables"/> and <see cref="Arguments"/>.</summary>
    internal IEnumerable<string> RunArguments =>
    [
        .. ReadOnly ? ["--read-only"] : Array.Empty<string>(), "--cap-drop", "ALL", .. Capabilities.SelectMany(x => new[] { "--cap-add", x }),
        .. Init ? ["--init"] : Array.Empty<string>(), .. Tmpfs.SelectMany(x => new[] { "--tmpfs", x }),
    ];

    private static bool IsName(string name) => name.Length > 0 && !name.Any(x => x is '=' or '#' || char.IsWhiteSpace(x) || char.IsControl(x));
}
