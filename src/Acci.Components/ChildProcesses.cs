using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Acci.Components;

/// <summary>
/// The programs that this process started, by whatever means. A terminal interrupts them together with the build; a signal to the build alone does not reach them.
/// Source: proc(5), <c>/proc/pid/task/tid/children</c>; elsewhere than on Linux there are none to see.
/// </summary>
internal static class ChildProcesses
{
    /// <summary>Ends them, with everything they started.</summary>
    /// <param name="except">Process ids of those that end by themselves.</param>
    public static void Kill(IReadOnlyCollection<int> except)
    {
        foreach (var id in Ids().Except(except))
        {
            try
            {
                using var process = Process.GetProcessById(id);
                process.Kill(entireProcessTree: true);
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception or AggregateException)
            {
                // It has ended meanwhile.
            }
        }
    }

    private static List<int> Ids()
    {
        var ids = new List<int>();
        if (!Directory.Exists("/proc/self/task")) return ids;
        foreach (var thread in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                ids.AddRange(File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(x => int.Parse(x, CultureInfo.InvariantCulture)));
            }
            catch (IOException)
            {
                // The thread has ended, or the kernel does not list children.
            }
        }

        return ids;
    }
}
