using System.Text;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// An entry of docker/metadata-action's inputs: attributes <c>key=value</c>, separated by commas as in a CSV record (RFC 4180).
/// An attribute with a comma or a quote in it stands in quotes as a whole, <c>"pattern=\d{1,3}"</c>, and a quote in it is doubled.
/// </summary>
internal static class AttributeList
{
    /// <summary>Splits a list that stands on one line, its entries separated by <c>;</c>, into lines. Within quotes a <c>;</c> belongs to the entry.</summary>
    public static string Lines(string list)
    {
        var lines = new StringBuilder(list);
        var isQuoted = false;
        for (var i = 0; i < lines.Length; i++)
        {
            // No entry has more than one line, so a quote that was not closed ends with its own.
            isQuoted = lines[i] switch { '"' => !isQuoted, '\n' => false, _ => isQuoted };
            if (lines[i] == ';' && !isQuoted) lines[i] = '\n';
        }

        return lines.ToString();
    }

    /// <summary>Splits what a person wrote into entries: one a line, without empty lines and those that start with <c>#</c>.</summary>
    public static IEnumerable<string> Entries(IEnumerable<string> blocks) => blocks
        .SelectMany(block => block.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .Where(line => line[0] != '#');

    /// <summary>The attributes of an entry in their order; what has no <c>=</c> has no key. Keys are in lower case.</summary>
    /// <exception cref="DeliveryException">A quote is not closed, or stands elsewhere than around a whole attribute.</exception>
    public static IReadOnlyList<(string? Key, string Value)> Parse(string entry)
    {
        var fields = Fields(entry);

        // The action reads its input as CSV before it reads the entries as CSV, so a whole entry may stand in quotes.
        if (entry[0] == '"' && fields is [var whole]) fields = Fields(whole);

        return fields.Select(field => field.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
            ? (field[..equals].Trim().ToLowerInvariant(), field[(equals + 1)..].Trim())
            : ((string?)null, field.Trim())).ToList();
    }

    private static List<string> Fields(string entry)
    {
        var fields = new List<string>();
        var position = 0;
        while (position <= entry.Length)
        {
            while (position < entry.Length && entry[position] == ' ') position++;
            if (position < entry.Length && entry[position] == '"')
            {
                fields.Add(QuotedField(entry, ref position));
                continue;
            }

            var comma = entry.IndexOf(',', position) is >= 0 and var found ? found : entry.Length;
            var field = entry[position..comma];
            if (field.Contains('"', StringComparison.Ordinal))
            {
                var bare = field.Replace("\"", "", StringComparison.Ordinal);
                throw new DeliveryException($"A quote in '{entry}' stands within an attribute; put the whole of it in quotes: \"{bare}\".");
            }

            fields.Add(field);
            position = comma + 1;
        }

        return fields;
    }

    private static string QuotedField(string entry, ref int position)
    {
        var field = new StringBuilder();
        for (position++; position < entry.Length; position++)
        {
            if (entry[position] != '"')
            {
                field.Append(entry[position]);
            }
            else if (position + 1 < entry.Length && entry[position + 1] == '"')
            {
                field.Append('"');
                position++;
            }
            else
            {
                var after = entry.IndexOf(',', position) is >= 0 and var comma ? comma : entry.Length;
                if (!string.IsNullOrWhiteSpace(entry[(position + 1)..after]))
                {
                    throw new DeliveryException($"After the quote that closes '{field}' in '{entry}' there must be a comma.");
                }

                position = after + 1;
                return field.ToString();
            }
        }

        throw new DeliveryException($"A quote in '{entry}' is not closed.");
    }
}
