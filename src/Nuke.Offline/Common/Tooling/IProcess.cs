namespace Nuke.Common.Tooling;

/// <summary>A process that the build started.</summary>
public interface IProcess : IDisposable
{
    /// <summary>Its id.</summary>
    int Id { get; }

    /// <summary>The executable.</summary>
    string FileName { get; }

    /// <summary>The arguments, secrets left out.</summary>
    string Arguments { get; }

    /// <summary>Where it runs.</summary>
    string WorkingDirectory { get; }

    /// <summary>The lines it has written so far.</summary>
    IReadOnlyCollection<Output> Output { get; }

    /// <summary>Its exit code, once it has exited.</summary>
    int ExitCode { get; }

    /// <summary>Whether it has exited.</summary>
    bool HasExited { get; }

    /// <summary>Ends it and all that it started.</summary>
    void Kill();

    /// <summary>Waits for its end; false, and the process is ended, if that takes longer than its timeout.</summary>
    bool WaitForExit();
}
