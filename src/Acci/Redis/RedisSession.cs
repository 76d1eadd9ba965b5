using StackExchange.Redis;

namespace Acci.Redis;

/// <summary>
/// A time during which Redis takes what it is told, from the first answer to the first failure. Deletions are told to it from its
/// beginning; it is read only once <see cref="CacheUpkeep"/> has told it those that it missed.
/// </summary>
internal sealed class RedisSession(IDatabase database)
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isInUse;

    internal IDatabase Database => database;

    /// <summary>Whether it may be read.</summary>
    internal bool IsInUse => _isInUse;

    /// <summary>Ends with the session.</summary>
    internal Task Ended => _end.Task;

    internal void Use() => _isInUse = true;

    internal void End() => _end.TrySetResult();
}
