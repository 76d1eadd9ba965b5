using System.Text.Json;
using System.Text.RegularExpressions;
using Serilog;

namespace Acci.Delivery.Buildx;

/// <summary>
/// Turns buildx's <c>--progress=rawjson</c> into a line when a program starts, and one when a step that took a while has ended.
/// What a failing step printed is kept, and shown once. Source: BuildKit's <c>SolveStatus</c>, one JSON object a line.
/// </summary>
public sealed partial class BuildProgress
{
    private const int KeptLogLines = 20;
    private const int LongestName = 120;
    private const int LongestLogLine = 300;
    private static readonly TimeSpan Noteworthy = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, Step> _steps = new(StringComparer.Ordinal);
    private readonly List<string> _other = [];

    /// <summary>Steps that came from the cache.</summary>
    public int Cached => _steps.Values.Count(x => x.Cached);

    /// <summary>Steps there are.</summary>
    public int Total => _steps.Count;

    /// <summary>Takes one line of buildx's output, whatever it is; one that it does not know is text.</summary>
    /// <param name="line">As buildx wrote it: a mask within base64 would make it unreadable. What is kept for messages is masked here.</param>
    public void Read(string line)
    {
        if (!line.StartsWith('{'))
        {
            if (!string.IsNullOrWhiteSpace(line)) _other.Add(Redaction.Redact(line.Trim()));
        }
        else if (!IsRead(line))
        {
            _other.Add(Redaction.Beginning(line.Trim(), LongestLogLine));
        }
    }

    /// <summary>Why the build failed: the failing step, what it printed last, and its error; what else buildx said when no step failed.</summary>
    public string Failure()
    {
        if (Failed is not { } failed) return string.Join("\n    ", _other.TakeLast(KeptLogLines));
        return $"{failed.Name}\n    {string.Join("\n    ", failed.Log.LastLines(KeptLogLines, LongestLogLine).Append(failed.Error))}";
    }

    /// <summary>
    /// The registry failure that ended the build, if a retry may succeed; otherwise null. A step whose own program failed is never retried, because the program may
    /// already have had effects.
    /// </summary>
    public Exception? PassingFailure()
    {
        if (Failed is not { } failed) return Processes.PassingFailure.Find(string.Join('\n', _other));
        return failed.Error!.Contains("did not complete successfully", StringComparison.Ordinal) ? null : Processes.PassingFailure.Find(failed.Error, failed.Name);
    }

    /// <summary>
    /// BuildKit goes on with a copy of a base image that was interrupted, and cannot: a layout's blobs it reads only from their beginning. Source: moby/buildkit,
    /// util/contentutil/fetcher.go.
    /// </summary>
    internal bool IsStuckOnCopy => _steps.Values.Any(x => x.Error?.Contains("unsupported offset", StringComparison.Ordinal) is true);

    // Steps that were only cancelled because another one failed say nothing of the cause.
    private Step? Failed => _steps.Values.FirstOrDefault(x => x.Error is { } error && !error.Contains("context canceled", StringComparison.Ordinal));

    private bool IsRead(string line)
    {
        try
        {
            using var status = JsonDocument.Parse(line);
            // One that cannot be read does not hide the others.
            var steps = Items(status.RootElement, "vertexes").Select(x => IsRead(ReadVertex, x));
            var logs = Items(status.RootElement, "logs").Select(x => IsRead(ReadLog, x));
            return steps.Concat(logs).ToArray().All(x => x);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsRead(Action<JsonElement> read, JsonElement item)
    {
        try
        {
            read(item);
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            // A value is missing, or of another type.
            return false;
        }
    }

    private void ReadVertex(JsonElement vertex)
    {
        var digest = Text(vertex, "digest") ?? throw new FormatException("A step has no digest.");
        if (!_steps.TryGetValue(digest, out var step)) _steps[digest] = step = new Step(Shorten(Text(vertex, "name") ?? digest));
        if (!step.Started && vertex.TryGetProperty("started", out _))
        {
            step.Started = true;
            step.Cached = vertex.TryGetProperty("cached", out var cached) && cached.ValueKind == JsonValueKind.True;
            if (IsWork(step.Name) && !step.Cached) Log.Information("{Step:l}", step.Name);
        }

        if (!step.Completed && vertex.TryGetProperty("completed", out var completed) && vertex.TryGetProperty("started", out var started))
        {
            step.Completed = true;
            step.Error = Text(vertex, "error") is { Length: > 0 } error ? Redaction.Redact(error) : null;
            var duration = completed.GetDateTimeOffset() - started.GetDateTimeOffset();
            if (step.Error is null && duration >= Noteworthy) Log.Information("{Step:l}: done in {Seconds:0.0} s", step.Name, duration.TotalSeconds);
        }
    }

    private void ReadLog(JsonElement log)
    {
        if (Text(log, "vertex") is not { } digest || !_steps.TryGetValue(digest, out var step)) return;
        var isKnown = log.TryGetProperty("stream", out var number) & number.ValueKind == JsonValueKind.Number;
        var stream = isKnown && number.TryGetInt32(out var known) ? known : 0;
        if (log.TryGetProperty("data", out var data) && data.ValueKind != JsonValueKind.Null) step.Log.Add(stream, data.GetBytesFromBase64());
    }

    // What is worth a line when it begins; everything else is when it took long.
    private static bool IsWork(string name) => name.Contains("] RUN ", StringComparison.Ordinal) || name.Contains("generating sbom", StringComparison.Ordinal);

    // A step's name is its whole instruction; a line of a log holds its beginning, without mounts and digests.
    private static string Shorten(string name) =>
        Redaction.Beginning(Spaces().Replace(Unimportant().Replace(Redaction.Redact(name), ""), " ").Trim(), LongestName);

    private static JsonElement.ArrayEnumerator Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    [GeneratedRegex(@"@sha256:[0-9a-f]{64}|--mount=\S+")]
    private static partial Regex Unimportant();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    private sealed class Step(string name)
    {
        public string Name { get; } = name;
        public StepLog Log { get; } = new();
        public bool Started { get; set; }
        public bool Completed { get; set; }
        public bool Cached { get; set; }
        public string? Error { get; set; }
    }
}
