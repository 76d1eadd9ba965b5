using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Acci.Testing.Hostile;

/// <summary>
/// Gives parsers damaged input. Each has to end with a value that is whole, or with an error that a person can act on; and soon, in bounded memory. What each input took is measured.
/// More inputs: ACCI_HOSTILE_ROUNDS (small ones for each parser), larger ones: ACCI_HOSTILE_KIB, others: ACCI_HOSTILE_SEED.
/// </summary>
public sealed class ParserTrials : IDisposable
{
    private const int Megabyte = 1024 * 1024;
    private const int Stack = Megabyte;
    private const int MostMemory = 512 * Megabyte;
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    private readonly int _rounds = Setting("ACCI_HOSTILE_ROUNDS", 100);
    private readonly int _seed = Setting("ACCI_HOSTILE_SEED", 13);
    private readonly int _largest = Setting("ACCI_HOSTILE_KIB", 32) * 1024;
    private readonly TemporaryFolder _folder = new();
    private readonly StringBuilder _table = new();
    private readonly List<string> _faults = [];

    public ParserTrials() => _table.AppendLine(CultureInfo.InvariantCulture, $"seed {_seed}, {_rounds} small inputs for each parser")
        .AppendLine("| parser | inputs | read | refused | crashes | worst time | worst memory | largest input |").AppendLine("|---|---|---|---|---|---|---|---|");

    /// <summary>The measured values, a parser a line.</summary>
    public string Table => _table.ToString();

    /// <summary>What went wrong: nothing, unless a parser has a fault.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>A parser of bytes.</summary>
    public void OfBytes(string parser, int largest, Func<byte[], object?> read, params IReadOnlyList<string> samples) => Run(parser, largest, samples, read, named: null);

    /// <summary>A parser of a text.</summary>
    public void OfText(string parser, int largest, Func<string, object?> read, params IReadOnlyList<string> samples) =>
        Run(parser, largest, samples, bytes => read(Encoding.UTF8.GetString(bytes)), named: null);

    /// <summary>A parser of a file, whose errors name it.</summary>
    public void OfFile(string parser, string name, Func<string, object?> read, params IReadOnlyList<string> samples) => OfFile(parser, name, bytes => bytes, read, samples);

    /// <summary>A parser of a file that is written in a form of its own.</summary>
    public void OfFile(string parser, string name, Func<byte[], byte[]> write, Func<string, object?> read, params IReadOnlyList<string> samples)
    {
        var file = _folder.Combine(name);
        Run(parser, Megabyte, samples, bytes =>
        {
            File.WriteAllBytes(file, write(bytes));
            return read(file);
        }, name);
    }

    public void Dispose() => _folder.Dispose();

    private void Run(string parser, int largest, IReadOnlyList<string> samples, Func<byte[], object?> read, string? named)
    {
        var (inputs, taken, refused, crashes, size) = (0, 0, 0, 0, 0);
        var (longest, memory) = (TimeSpan.Zero, 0L);
        var begun = Stopwatch.GetTimestamp();
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        // The stack of a thread of a pool, or less: how deep an input is must not count.
        var thread = new Thread(() =>
        {
            foreach (var input in new HostileInput(samples, Math.Min(largest, _largest), _seed).All(_rounds))
            {
                var allocated = GC.GetTotalAllocatedBytes();
                Volatile.Write(ref begun, Stopwatch.GetTimestamp());
                object? value = null;
                string? fault = null;
                try
                {
                    value = read(input);
                    taken++;
                }
                catch (Exception exception) when (IsAnswer(exception))
                {
                    refused++;
                    if (inputs < samples.Count) fault = $"the valid sample {inputs} is refused: {exception.Message}";
                    else if (named is not null && !exception.Message.Contains(named, StringComparison.Ordinal)) fault = $"the error does not name the file: {Beginning(exception.Message)}";
                }
                catch (Exception exception)
                {
                    crashes++;
                    fault = Describe(exception);
                }

                var took = Stopwatch.GetElapsedTime(begun);
                if (took > longest) longest = took;
                memory = Math.Max(memory, GC.GetTotalAllocatedBytes() - allocated);
                size = Math.Max(size, input.Length);
                if (fault is null && value is not null && input.Length < 64 * 1024) fault = Wholeness.Problem(value);
                // One of each kind is enough.
                if (fault is not null && kinds.Add(fault.Split([" ###", " file:"], StringSplitOptions.None)[0])) _faults.Add($"{parser}, input {inputs}: {fault}\n    {Beginning(Encoding.UTF8.GetString(input))}");
                inputs++;
            }
        }, Stack) { IsBackground = true };
        thread.Start();
        while (!thread.Join(TimeSpan.FromSeconds(1)))
        {
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref begun)) < Hang) continue;
            _faults.Add($"{parser}, input {inputs}: no end after {Hang.TotalMinutes} minutes (seed {_seed}, {_rounds} rounds)");
            break;
        }

        if (memory > MostMemory) _faults.Add($"{parser}: {memory / Megabyte} MiB were allocated for one input, of at most {size / 1024} KiB");
        _table.AppendLine(CultureInfo.InvariantCulture,
            $"| {parser} | {inputs} | {taken} | {refused} | {crashes} | {longest.TotalMilliseconds:0} ms | {(memory + Megabyte - 1) / Megabyte} MiB | {(size + 1023) / 1024} KiB |");
    }

    /// <summary>An error that a person can act on.</summary>
    private static bool IsAnswer(Exception exception) => exception is DeliveryException or Generation.GenerationException;

    private static string Describe(Exception exception) =>
        $"{exception.GetType().Name} {exception.StackTrace?.Split('\n').FirstOrDefault(x => x.Contains("Acci.", StringComparison.Ordinal))?.Trim()} ### {Beginning(exception.Message)}";

    private static string Beginning(string text) => text.Length > 400 ? text[..400] + "…" : text;

    private static int Setting(string name, int usual) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : usual;
}
