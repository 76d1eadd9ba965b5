using Acci.Delivery.Sessions;
using Serilog;

namespace Acci.Environments.Running;

/// <summary>
/// Takes away what a failed start has made. A failure of its own is said, and does not replace the one that ended the start. If the process has to end first, it says what is not known.
/// </summary>
internal static class CleanUp
{
    /// <summary>Takes it away.</summary>
    /// <param name="project">Whose it is.</param>
    /// <param name="remove">Does it.</param>
    public static Task TryAsync(string project, Func<Task> remove) => TryAsync(
        remove, Unknown(project), $"Something of {project} may be left; ComposeDown removes it");

    /// <summary>What is not known where the process ends while something of a project is made or taken away, a sentence.</summary>
    public static string Unknown(string project) => $"What is left of {project} is not known: ComposeDown removes it.";

    /// <summary>Does something else that a failed start needs.</summary>
    /// <param name="act">Does it.</param>
    /// <param name="unknown">What to say where the process ends before, a sentence.</param>
    /// <param name="failed">What to say where it fails, before the reason.</param>
    public static async Task TryAsync(Func<Task> act, string unknown, string failed)
    {
        using var unfinished = Unfinished.Note(() => unknown);
        try
        {
            await act();
        }
        catch (Exception exception) when (exception is DeliveryException or IOException or UnauthorizedAccessException)
        {
            Log.Error("{Failed:l}: {Problem:l}", failed, exception.Message);
        }
    }
}
