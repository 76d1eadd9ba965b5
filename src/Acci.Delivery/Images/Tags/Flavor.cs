namespace Acci.Delivery.Images.Tags;

/// <summary>
/// What all tags of an image have in common.
/// Source: docker/metadata-action, README, "flavor input".
/// </summary>
public sealed record Flavor
{
    /// <summary>When the image gets the tag <c>latest</c>.</summary>
    public LatestTag Latest { get; init; }

    /// <summary>What is put before every tag whose rule has no prefix of its own.</summary>
    public TagTemplate Prefix { get; init; } = "";

    /// <summary>The prefix is put before <c>latest</c> as well.</summary>
    public bool PrefixesLatest { get; init; }

    /// <summary>What is put after every tag whose rule has no suffix of its own.</summary>
    public TagTemplate Suffix { get; init; } = "";

    /// <summary>The suffix is put after <c>latest</c> as well.</summary>
    public bool SuffixesLatest { get; init; }

    /// <summary>
    /// Reads docker/metadata-action's syntax: <c>latest=auto</c>, <c>suffix=-alpine,onlatest=true</c>; each text is one entry or a block of them, one a line.
    /// </summary>
    /// <exception cref="DeliveryException">An entry breaks the syntax; the message says how.</exception>
    public static Flavor Parse(params IEnumerable<string> entries)
    {
        var flavor = new Flavor();
        foreach (var entry in AttributeList.Entries(entries))
        {
            var before = "";
            foreach (var (key, value) in AttributeList.Parse(entry))
            {
                flavor = key switch
                {
                    "latest" => flavor with { Latest = LatestOf(entry, value) },
                    "prefix" => flavor with { Prefix = value },
                    "suffix" => flavor with { Suffix = value },
                    "onlatest" => OnLatest(flavor, before, IsTrue(entry, value)),
                    _ => throw new DeliveryException($"In the flavor '{entry}', '{key ?? value}' is no attribute; there are latest, prefix, suffix and onlatest."),
                };
                if (key is "prefix" or "suffix") before = key;
            }
        }

        return flavor;
    }

    /// <summary>Reads a flavor as a single parameter holds it: entries separated by <c>;</c> outside of quotes, or one a line.</summary>
    /// <exception cref="DeliveryException">An entry breaks the syntax; the message says how.</exception>
    public static Flavor ParseList(string entries) => Parse(AttributeList.Lines(entries));

    // Where it follows neither it means nothing, and is left out as the action leaves it out.
    private static Flavor OnLatest(Flavor flavor, string before, bool isOn) => before switch
    {
        "prefix" => flavor with { PrefixesLatest = isOn },
        "suffix" => flavor with { SuffixesLatest = isOn },
        _ => flavor,
    };

    private static LatestTag LatestOf(string entry, string value) => value switch
    {
        "auto" => LatestTag.Auto,
        "true" => LatestTag.Always,
        "false" => LatestTag.Never,
        _ => throw new DeliveryException($"In the flavor '{entry}', latest is '{value}' and must be auto, true or false."),
    };

    private static bool IsTrue(string entry, string value) => value switch
    {
        "true" => true,
        "false" => false,
        _ => throw new DeliveryException($"In the flavor '{entry}', onlatest is '{value}' and must be true or false."),
    };
}
