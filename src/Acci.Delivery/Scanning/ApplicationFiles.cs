namespace Acci.Delivery.Scanning;

/// <summary>
/// Which of an image's lists of packages are of its application, by where they lie. Of a program in a folder of its own, such as <c>/app/acci</c>, those in this folder:
/// what the base image brings says nothing about what is compiled into the program. Of one among others, such as <c>/usr/local/bin/acci</c>, those that have its name.
/// Of anything else (<c>python main.py</c>, <c>/app/start.sh</c>) all, but for those of .NET's shared frameworks.
/// </summary>
internal sealed class ApplicationFiles
{
    // What starts the program that follows, and what runs one that is a file of another kind.
    private static readonly string[] Wrappers =
        ["sh", "bash", "ash", "dash", "env", "exec", "tini", "dumb-init", "catatonit", "docker-init", "gosu", "su-exec", "nice", "entrypoint", "docker-entrypoint", "&&"];
    private static readonly string[] UserChangers = ["gosu", "su-exec"];
    private static readonly string[] Runtimes = ["dotnet", "java", "node", "deno", "bun", "php", "perl", "python", "pypy", "ruby", "httpd", "apache", "uwsgi"];
    private static readonly string[] Scripts = [".py", ".js", ".mjs", ".cjs", ".ts", ".dll", ".jar", ".war", ".rb", ".pl", ".php", ".sh"];

    // Programs of many origins lie there.
    private static readonly string[] Shared = ["", "bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin"];

    private readonly Predicate<string> _isOwn;

    private ApplicationFiles(Predicate<string> isOwn) => _isOwn = isOwn;

    private static ApplicationFiles All => new(path => !$"/{path}".Contains("/shared/Microsoft.", StringComparison.Ordinal));

    /// <summary>Those of an image that starts this. Source: OCI image specification 1.1, config.md.</summary>
    /// <param name="words">Its entry point and command.</param>
    /// <param name="workingFolder">Where they run.</param>
    public static ApplicationFiles Of(IEnumerable<string?> words, string? workingFolder)
    {
        if (ProgramOf(words, workingFolder ?? "") is not { Length: > 0 } program || program.Contains(".bin") || program is ["cnb", ..]) return All;
        var name = program[^1];
        if (Scripts.Any(x => name.EndsWith(x, StringComparison.OrdinalIgnoreCase)) || Runtimes.Any(x => IsRuntime(name, x))) return All;
        // As the lists of packages name it: its file, one beside it (acci.deps.json), or a folder of its packages (gunicorn-23.0.0.dist-info).
        if (Shared.Contains(string.Join('/', program[..^1]))) return new ApplicationFiles(path => Segments(path).Any(x => IsOne(x, name)));
        var folder = FolderOf(program);
        return new ApplicationFiles(path => path.StartsWith(folder, StringComparison.Ordinal));
    }

    /// <summary>Whether a list of packages is of the application.</summary>
    /// <param name="path">Where it lies in the image.</param>
    public bool Contain(string path) => _isOwn(string.Join('/', Segments(path)));

    // php8.4-fpm is php, and node_exporter is not node.
    private static bool IsRuntime(string name, string of) => IsOne(name, of) && (name.Length == of.Length || name[of.Length] != '_');

    // The path of what is started in the end; null where it is looked for by its name, or only a variable tells it.
    private static string[]? ProgramOf(IEnumerable<string?> words, string folder)
    {
        var before = "";
        foreach (var word in words.SelectMany(x => (x ?? "").Split([' ', ';'], StringSplitOptions.RemoveEmptyEntries)).Select(x => x.Trim('\'', '"')))
        {
            // A quote by itself, an option, a variable, an option's number, whom to run as.
            if (word.Length == 0 || word.StartsWith('-') || word.Contains('=', StringComparison.Ordinal) || word.All(char.IsAsciiDigit)) continue;
            if (word.Contains('$', StringComparison.Ordinal)) return null;
            if (before == "cd") folder = word.StartsWith('/') ? word : $"{folder}/{word}";
            else if (!UserChangers.Contains(before) && word != "cd" && !Wrappers.Contains(NameOf(word)) && !word.EndsWith(".sh", StringComparison.Ordinal))
                return word.Contains('/', StringComparison.Ordinal) ? Segments(word.StartsWith('/') ? word : $"{folder}/{word}") : null;
            before = NameOf(word);
        }

        return null;
    }

    // An application may be spread over several folders: /app/bin/start and /app/lib.
    private static string FolderOf(string[] program)
    {
        var length = program[0] switch
        {
            "opt" or "srv" or "home" => Math.Min(2, program.Length - 1),
            "usr" or "var" or "lib" or "root" or "etc" or "mnt" => program.Length - (program[^2] == "bin" ? 2 : 1),
            _ => 1,
        };
        return $"{string.Join('/', program[..length])}/";
    }

    // python3.14 is python, acci.deps.json is acci, and accident is neither.
    private static bool IsOne(string name, string of) =>
        name.StartsWith(of, StringComparison.Ordinal) && (name.Length == of.Length || !char.IsAsciiLetter(name[of.Length]));

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string[] Segments(string path) => [.. path.Split('/').Where(x => x is not ("" or "."))];
}
