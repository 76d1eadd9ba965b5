using Acci.Delivery.Sessions;
using Serilog;

namespace Acci.Environments.Running;

/// <summary>
/// Takes away what a failed start has made. A failure of its own is said, and does not replace the one that ended the start; nor does an interrupted build end before without a word.
/// </summary>
internal static class CleanUp
{
    /// <summary>Takes it away.</summary>
    /// <param name="project">Whose it is.</param>
    /// <param name="remove">Does it.</param>
    public static async Task TryAsync(string project, Func<Task> remove)
    {
        using var unfinished = Unfinished.Note(() => $"What is left of {project} is not known: ComposeDown removes it.");
        try
        {
            await remove();
        }
        catch (Exception exception) when (exception is DeliveryException or IOException or UnauthorizedAccessException)
        {
            Log.Error("Something of {Project:l} may be left; ComposeDown removes it: {Problem:l}", project, exception.Message);
        }
    }
}
