using System.Collections.Concurrent;
using System.Diagnostics;

namespace Nuke.Common.Tooling;

/// <summary>A started process whose output is read line by line.</summary>
internal sealed class ChildProcess : IProcess
{
    private readonly Process _process;
    private readonly int? _timeout;
    private readonly ConcurrentQueue<Output> _output = new();

    /// <param name="startInfo">What to start.</param>
    /// <param name="timeout">Milliseconds.</param>
    /// <param name="filter">Removes secrets.</param>
    /// <param name="logger">Takes the lines.</param>
    public ChildProcess(ProcessStartInfo startInfo, int? timeout, Func<string, string> filter, Action<OutputType, string> logger)
    {
        _timeout = timeout;
        FileName = startInfo.FileName;
        Arguments = filter(startInfo.Arguments);
        WorkingDirectory = startInfo.WorkingDirectory;

        _process = new Process { StartInfo = startInfo };
        _process.OutputDataReceived += (_, line) => Receive(OutputType.Std, line.Data);
        _process.ErrorDataReceived += (_, line) => Receive(OutputType.Err, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        void Receive(OutputType type, string text)
        {
            if (text is null)
                return;
            text = filter(text);
            _output.Enqueue(new Output { Type = type, Text = text });
            logger?.Invoke(type, text);
        }
    }

    public int Id => _process.Id;

    public string FileName { get; }

    public string Arguments { get; }

    public string WorkingDirectory { get; }

    public IReadOnlyCollection<Output> Output => _output;

    public int ExitCode => _process.ExitCode;

    public bool HasExited => _process.HasExited;

    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or AggregateException or System.ComponentModel.Win32Exception)
        {
            // It has ended by itself in the meantime.
        }
    }

    public bool WaitForExit()
    {
        var exited = _process.WaitForExit(_timeout ?? Timeout.Infinite);
        if (exited)
        {
            _process.WaitForExit(); // without a timeout, this also waits for the last lines
        }
        else
        {
            Kill();
            _process.WaitForExit(TimeSpan.FromSeconds(1));
        }

        return exited;
    }

    public void Dispose()
    {
        _process.Dispose();
    }
}
