using System.Text;

namespace Acci.Environments.Running;

/// <summary>What runs, for the end of the log.</summary>
internal sealed record ServiceTable
{
    private static readonly string[] Titles = ["Service", "Container", "State", "Address", "Image"];

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a line.</summary>
    public void Add(string service, string container, string state, string address, string image) => _rows.Add([service, container, state, address, Short(image)]);

    /// <summary>The table as text.</summary>
    public override string ToString()
    {
        string[][] lines = [Titles, .. _rows];
        var widths = Titles.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        var rule = new string('─', widths.Sum() + 2 * (widths.Length - 1));
        var text = new StringBuilder().AppendLine(rule);
        for (var i = 0; i < lines.Length; i++)
        {
            text.AppendLine(string.Join("  ", lines[i].Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
            if (i == 0) text.AppendLine(rule);
        }

        return text.Append(rule).ToString();
    }

    // A digest's first digits tell images apart; all of it is in the file of variables.
    private static string Short(string image) => image.IndexOf("@sha256:", StringComparison.Ordinal) is >= 0 and var at ? image[..(at + "@sha256:".Length + 12)] : image;
}
