using Acci.Delivery.Processes;

namespace Acci.EndToEnd.Tests;

/// <summary>A clone that shares its objects with the repository that it was made of.</summary>
internal static class SharedClone
{
    /// <summary>Gives it all of its objects, for a place from which that repository is not seen.</summary>
    public static async Task DetachAsync(string folder, CancellationToken cancellationToken)
    {
        await CommandRunner.RunAsync(new Command("git", "-C", folder, "repack", "-adq"), cancellationToken: cancellationToken);
        File.Delete(Path.Combine(folder, ".git", "objects", "info", "alternates"));
    }
}
