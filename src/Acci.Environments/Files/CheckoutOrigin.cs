namespace Acci.Environments.Files;

/// <summary>
/// The checkout that an environment's name was made for. A comment in the environment's variables records it: it distinguishes a copied checkout from a
/// moved one.
/// </summary>
internal static class CheckoutOrigin
{
    private const string Mark = "# Made for the checkout in ";

    // What .NET says of a file that is open for one alone. Source: ERROR_SHARING_VIOLATION; EWOULDBLOCK of flock(2).
    private const int SharingViolation = unchecked((int)0x80070020), WouldBlock = 11, WouldBlockOnMac = 35;

    /// <summary>The comment, with its line break; empty for a path that would not be one line.</summary>
    public static string Line(string root) => root.Any(char.IsControl) ? "" : $"{Mark}{root}\n";

    /// <summary>The checkout; null where the file does not say it.</summary>
    /// <exception cref="DeliveryException">The file cannot be read.</exception>
    public static string? Find(string file) =>
        InputFile.ReadText(file, EnvironmentFile.MaximumSize).Split('\n').FirstOrDefault(x => x.StartsWith(Mark, StringComparison.Ordinal)) is { } line
        && line[Mark.Length..].TrimEnd('\r') is { Length: > 0 } origin ? origin : null;

    /// <summary>The text with this checkout in the comment; one that has none gets it at its end, where it is in no value of several lines.</summary>
    public static string Renewed(string text, string root)
    {
        if (Line(root).TrimEnd('\n') is not { Length: > 0 } own) return text;
        var lines = text.Split('\n');
        var place = Array.FindIndex(lines, x => x.StartsWith(Mark, StringComparison.Ordinal));
        if (place < 0) return $"{text}{(text.EndsWith('\n') ? "" : "\n")}{own}\n";
        lines[place] = own;
        return string.Join('\n', lines);
    }

    /// <summary>Whether there is something of that name; null where this user may not look.</summary>
    public static bool? IsThere(string file)
    {
        try
        {
            File.GetAttributes(file);
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether both paths lead to one file, as through a mount: while it is open for one alone, it cannot be opened again.</summary>
    public static bool IsSame(string one, string other)
    {
        try
        {
            using var alone = Open(one);
            try
            {
                Open(other).Dispose();
                return false;
            }
            catch (IOException exception) when (exception.HResult is SharingViolation or WouldBlock or WouldBlockOnMac)
            {
                return true;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        static FileStream Open(string file) => new(file, FileMode.Open, FileAccess.Read, FileShare.None);
    }
}
