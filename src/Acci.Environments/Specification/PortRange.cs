using System.Globalization;

namespace Acci.Environments.Specification;

/// <summary>Ports of the host, one or several in a row: <c>8080</c> or <c>8080-8082</c>.</summary>
public readonly record struct PortRange
{
    private PortRange(int first, int last) => (First, Last) = (first, last);

    /// <summary>The first one, 1–65535.</summary>
    public int First { get; }

    /// <summary>The last one, not below the first.</summary>
    public int Last { get; }

    /// <summary>How many they are.</summary>
    public int Count => Last - First + 1;

    /// <summary>Reads a range, or gives null where the text is none.</summary>
    public static PortRange? TryParse(string text)
    {
        var ends = text.Split('-');
        if (ends.Length > 2 || !Port(ends[0], out var first) || !Port(ends[^1], out var last)) return null;
        return first <= last ? new PortRange(first, last) : null;

        static bool Port(string text, out int port) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;
    }

    /// <inheritdoc/>
    public override string ToString() => First == Last ? First.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
