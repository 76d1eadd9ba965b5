namespace Acci.Delivery.Scanning;

/// <summary>
/// Which of an image's lists of packages are of its application. Of a program in a folder of its own, such as <c>/app/acci</c>, those in this folder: what the base
/// image brings says nothing about what is compiled into the program. Of anything else (<c>python main.py</c>, <c>/usr/bin/nginx</c>) all, but for those of .NET's
/// shared frameworks.
/// </summary>
internal sealed class ApplicationFiles
{
    // What starts the program that follows, and what runs one that is a file of another kind.
    private static readonly string[] Wrappers = ["sh", "bash", "ash", "dash", "env", "exec", "tini", "dumb-init", "catatonit", "docker-init", "gosu", "su-exec", "nice"];
    private static readonly string[] Runtimes = ["dotnet", "java", "node", "deno", "bun", "php", "perl", "ruby"];

    private readonly string? _folder;

    private ApplicationFiles(string? folder) => _folder = folder;

    /// <summary>Those of an image that starts this. Source: OCI image specification 1.1, config.md.</summary>
    /// <param name="words">Its entry point and command.</param>
    /// <param name="workingFolder">Where they run.</param>
    public static ApplicationFiles Of(IEnumerable<string?> words, string? workingFolder)
    {
        var program = words.SelectMany(x => (x ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(x => !x.StartsWith('-') && !x.Contains('=', StringComparison.Ordinal) && !Wrappers.Contains(NameOf(x)));
        if (program is null || !program.Contains('/', StringComparison.Ordinal)) return new ApplicationFiles(null);
        var segments = Segments(program.StartsWith('/') ? program : $"{workingFolder}/{program}");
        var isOwn = segments.Length > 1 && segments[^2] is not ("bin" or "sbin") && !segments[^1].Contains('.', StringComparison.Ordinal) && !Runtimes.Contains(segments[^1]);
        return new ApplicationFiles(isOwn ? $"{string.Join('/', segments[..^1])}/" : null);
    }

    /// <summary>Whether a list of packages is of the application.</summary>
    /// <param name="path">Where it lies in the image.</param>
    public bool Contain(string path)
    {
        var full = string.Join('/', Segments(path));
        return _folder is null ? !$"/{full}".Contains("/shared/Microsoft.", StringComparison.Ordinal) : full.StartsWith(_folder, StringComparison.Ordinal);
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string[] Segments(string path) => [.. path.Split('/').Where(x => x is not ("" or "."))];
}
