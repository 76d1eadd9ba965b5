using System.Globalization;
using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Sarif;

/// <summary>
/// How severe a run's results are, as code scanning sees it: by their rule's <c>security-severity</c> where it has one, else by their level.
/// Source: GitHub's documentation, "SARIF support for code scanning", reportingDescriptor object.
/// </summary>
internal sealed class ResultSeverity(Run run)
{
    private readonly Dictionary<ReportingDescriptor, double?> _scores = new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<string, ReportingDescriptor> _byId =
        (run.Tool.Driver.Rules ?? []).Where(rule => rule?.Id is not null).DistinctBy(rule => rule.Id).ToDictionary(rule => rule.Id, StringComparer.Ordinal);

    /// <summary>A number that grows with severity.</summary>
    public double Of(Result? result) => result is null ? -1 : ScoreOf(result) is { } score ? 100 + score : result.Level switch
    {
        FailureLevel.Error => 3,
        FailureLevel.Warning => 2,
        FailureLevel.Note => 1,
        _ => 0,
    };

    /// <summary>The level of a result that states none. Source: SARIF 2.1.0, 3.27.10.</summary>
    public FailureLevel DefaultLevelOf(Result result) =>
        result.Kind != ResultKind.Fail ? FailureLevel.None : RuleOf(result)?.DefaultConfiguration?.Level ?? FailureLevel.Warning;

    /// <summary>The severity in a word.</summary>
    public string NameOf(Result? result) => result is null ? "none" : ScoreOf(result) switch
    {
        >= 9 => "critical",
        >= 7 => "high",
        >= 4 => "medium",
        > 0 => "low",
        _ => result.Level.ToString().ToLowerInvariant(),
    };

    private double? ScoreOf(Result result)
    {
        if (RuleOf(result) is not { } rule) return null;
        return _scores.TryGetValue(rule, out var known) ? known : _scores[rule] = ScoreOf(rule);
    }

    /// <summary>A rule's <c>security-severity</c>, which is written as a text by those who follow GitHub, and as a number by some; null where it has none.</summary>
    public static double? ScoreOf(ReportingDescriptor rule) =>
        rule.TryGetSerializedPropertyValue("security-severity", out var text)
        && double.TryParse(text.Trim('"'), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private ReportingDescriptor? RuleOf(Result result)
    {
        var rules = result.Rule?.ToolComponent is { Index: >= 0 and var extension } ? run.Tool.Extensions?.ElementAtOrDefault(extension)?.Rules : run.Tool.Driver.Rules;
        var index = result.RuleIndex >= 0 ? result.RuleIndex : result.Rule?.Index ?? -1;
        return (index >= 0 ? rules?.ElementAtOrDefault(index) : null) ?? ((result.RuleId ?? result.Rule?.Id) is { } id ? _byId.GetValueOrDefault(id) : null);
    }
}
