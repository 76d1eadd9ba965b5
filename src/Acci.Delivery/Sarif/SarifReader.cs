using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Microsoft.CodeAnalysis.Sarif;
using Newtonsoft.Json;

namespace Acci.Delivery.Sarif;

/// <summary>Reads SARIF 2.1.0 of any tool. Source: SARIF 2.1.0 (OASIS).</summary>
public static class SarifReader
{
    /// <summary>The name of a tool that has none.</summary>
    public const string NamelessTool = "unnamed";

    private static readonly ConditionalWeakTable<Run, string> Places = [];

    private const int MaximumSize = 512 * 1024 * 1024;
    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="warn">Is told what the file holds that was left out.</param>
    /// <exception cref="DeliveryException">It cannot be read, or is not SARIF 2.1.0; the message names the file, and the place in it.</exception>
    public static SarifLog Read(string file, Action<string> warn)
    {
        var content = ReadContent(file);
        SarifCheck.Check(file, content, warn);
        try
        {
            using var reader = new StreamReader(new MemoryStream(content.Array!, content.Offset, content.Count, writable: false));
            using var json = new JsonTextReader(reader);
            var serializer = SarifJson.Create();
            var log = serializer.Deserialize<SarifLog>(json)!;
            foreach (var (index, run) in (log.Runs ?? []).Index()) Places.AddOrUpdate(run, $"{file}, runs[{index}]");
            Complete(log, text => warn($"{file}: {text}"));
            return log;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or FormatException or OverflowException or InvalidCastException or NullReferenceException)
        {
            throw new DeliveryException($"{file} cannot be read as SARIF 2.1.0: {exception.Message.Split('\n')[0]}", exception);
        }
    }

    /// <summary>Where a run was read from, for messages: the file, and the run's place in it.</summary>
    internal static string PlaceOf(Run run) => Places.TryGetValue(run, out var place) ? place : "a report";

    private static void Complete(SarifLog log, Action<string> warn)
    {
        log.Runs ??= [];
        foreach (var run in log.Runs)
        {
            // Code scanning refuses a run that says nothing about results, and a tool without a name.
            run.Results ??= [];
            foreach (var component in (run.Tool.Extensions ?? []).Prepend(run.Tool.Driver).Where(x => x is not null && string.IsNullOrWhiteSpace(x.Name)))
            {
                component.Name = NamelessTool;
                warn($"a tool has no name; it is called '{NamelessTool}'");
            }

            if (run.ExternalPropertyFileReferences is not null)
            {
                run.ExternalPropertyFileReferences = null;
                warn($"'externalPropertyFileReferences' was left out: what those files hold is not uploaded. Let the tool write one file");
            }

            foreach (var result in run.Results.Where(x => x?.PartialFingerprints?.Count == 0)) result.PartialFingerprints = null;
            var severity = new ResultSeverity(run);
            foreach (var result in run.Results.Where(x => x is not null && !SarifJson.HasLevel(x))) result.Level = severity.DefaultLevelOf(result);
        }
    }

    private static ArraySegment<byte> ReadContent(string file)
    {
        var bytes = InputFile.Read(file, MaximumSize);
        // PowerShell's redirection writes UTF-16.
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) bytes = Transcode(file, bytes);
        var content = bytes.AsSpan().StartsWith(Utf8Mark) ? new ArraySegment<byte>(bytes)[Utf8Mark.Length..] : bytes;
        return Utf8.IsValid(content)
            ? content
            : throw new DeliveryException($"{file} is not UTF-8: line {LineOfInvalidByte(content)} has bytes that are none of its characters. Write it as UTF-8.");
    }

    private static byte[] Transcode(string file, byte[] bytes)
    {
        try
        {
            return System.Text.Encoding.UTF8.GetBytes(new System.Text.UnicodeEncoding(bytes[0] == 0xFE, byteOrderMark: true, throwOnInvalidBytes: true).GetString(bytes, 2, bytes.Length - 2));
        }
        catch (ArgumentException exception)
        {
            throw new DeliveryException($"{file} begins as UTF-16 and does not go on as it: {exception.Message} Write it as UTF-8.", exception);
        }
    }

    private static int LineOfInvalidByte(ReadOnlySpan<byte> content)
    {
        Utf8.ToUtf16(content, new char[content.Length], out var read, out _, replaceInvalidSequences: false);
        return 1 + content[..read].Count((byte)'\n');
    }
}
