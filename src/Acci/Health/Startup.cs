namespace Acci.Health;

/// <summary>Whether the app has been ready once. From then on what is wrong with a server it depends on is no reason to start it again.</summary>
internal sealed class Startup
{
    private volatile bool _isOver;

    internal bool IsOver
    {
        get => _isOver;
        set => _isOver = value;
    }
}
