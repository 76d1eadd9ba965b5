namespace Acci.Delivery;

/// <summary>How severe a finding is, as Trivy grades it. Source: Trivy's documentation, "Severity selection".</summary>
public enum Severity
{
    /// <summary>Nobody has graded it yet.</summary>
    Unknown,

    /// <summary>CVSS below 4.</summary>
    Low,

    /// <summary>CVSS from 4 on.</summary>
    Medium,

    /// <summary>CVSS from 7 on.</summary>
    High,

    /// <summary>CVSS from 9 on.</summary>
    Critical,
}

/// <summary>Severities as they are written: <c>HIGH,CRITICAL</c>.</summary>
public static class Severities
{
    /// <summary>What stops a publish where nobody says otherwise.</summary>
    public static IReadOnlyList<Severity> Default { get; } = [Severity.High, Severity.Critical];

    /// <summary>Reads names separated by commas.</summary>
    /// <exception cref="DeliveryException">A name is none of them, or there is none.</exception>
    public static IReadOnlyList<Severity> Parse(string text)
    {
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length == 0
            ? throw new DeliveryException("--severity names no severity: write those that stop a publish, as in HIGH,CRITICAL.")
            : [.. names.Select(Of).Distinct().Order()];

        static Severity Of(string name) => Find(name) ?? throw new DeliveryException($"--severity cannot be '{name}': it is one of UNKNOWN, LOW, MEDIUM, HIGH, CRITICAL.");
    }

    /// <summary>The severity of this name, whatever its case; null when there is none.</summary>
    public static Severity? Find(string? name) =>
        Enum.GetValues<Severity>().Where(x => x.ToString().Equals(name, StringComparison.OrdinalIgnoreCase)).Select(x => (Severity?)x).FirstOrDefault();

    /// <summary>The name as Trivy writes it.</summary>
    public static string ToName(this Severity severity) => severity.ToString().ToUpperInvariant();
}
