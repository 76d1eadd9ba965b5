namespace Acci.Components;

/// <summary>What is wrong with the machine and not with the build: a full disk, a folder that this user may not write.</summary>
internal static class MachineFault
{
    // Source: errno(3). On Unix the number is the exception's HResult, on Windows the lower half of it.
    private static readonly int[] NoSpace = OperatingSystem.IsWindows() ? [112, 39] : [28, 122];

    /// <summary>What happened, and what to do; null for any other exception.</summary>
    public static string? Reason(Exception exception) => exception switch
    {
        AggregateException { InnerException: { } inner } => Reason(inner),
        IOException when NoSpace.Contains(exception.HResult & 0xFFFF) => $"{Sentence(exception)} Free space on that disk, or name a folder on another one (TMPDIR, ACCI_CACHE), and run the same command again.",
        IOException or UnauthorizedAccessException when exception.GetType().Namespace == "System.IO" || exception is UnauthorizedAccessException =>
            $"{Sentence(exception)} Check that this user can read and write there.",
        _ => null,
    };

    private static string Sentence(Exception exception) => $"{exception.Message.Split('\n')[0].TrimEnd().TrimEnd('.')}.";
}
