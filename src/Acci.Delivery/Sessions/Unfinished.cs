using System.Collections.Concurrent;

namespace Acci.Delivery.Sessions;

/// <summary>What others see that is under way. A process that has to end in the middle of it says so.</summary>
public static class Unfinished
{
    private static readonly ConcurrentDictionary<object, Func<string?>> Noted = [];

    /// <summary>What there is to say now.</summary>
    public static IReadOnlyList<string> Statements => [.. Noted.Values.Select(x => x()).OfType<string>().Distinct()];

    /// <summary>Notes something that begins.</summary>
    /// <param name="statement">Says what is not known if the process ends now; null while nothing has happened. It may be asked on any thread.</param>
    /// <returns>Disposing says that it has ended.</returns>
    public static IDisposable Note(Func<string?> statement)
    {
        var note = new Ending();
        Noted[note] = statement;
        return note;
    }

    private sealed class Ending : IDisposable
    {
        public void Dispose() => Noted.TryRemove(this, out _);
    }
}
