namespace Nuke.Common.Utilities;

/// <summary>Something to do at the end of a <c>using</c>.</summary>
public class DelegateDisposable : IDisposable
{
    private readonly Action _cleanup;

    private DelegateDisposable(Action cleanup) => _cleanup = cleanup;

    /// <summary>Does the one now and the other when disposed of.</summary>
    public static IDisposable CreateBracket(Action setup = null, Action cleanup = null)
    {
        setup?.Invoke();
        return new DelegateDisposable(cleanup);
    }

    /// <summary>Makes something now and hands it to the cleanup when disposed of.</summary>
    public static IDisposable CreateBracket<T>(Func<T> setup, Action<T> cleanup)
    {
        var value = setup();
        return new DelegateDisposable(() => cleanup(value));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cleanup?.Invoke();
        GC.SuppressFinalize(this);
    }
}
