using NodaTime;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// The values of a template's expressions.
/// Source: docker/metadata-action, README, "Global expressions"; where it and the action's code differ, the code is followed.
/// </summary>
internal sealed class TagExpressions(BuildFacts facts)
{
    private readonly List<string> _warnings = [];

    public BuildFacts Facts => facts;

    /// <summary>What was strange, in whole sentences for people.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    public void Warn(string sentence)
    {
        if (!_warnings.Contains(sentence)) _warnings.Add(sentence);
    }

    /// <summary>Renders a template with the expressions that may stand in any attribute.</summary>
    public string Render(TagTemplate template) => template.Render(expression => expression.Name switch
    {
        "branch" => facts.Branch ?? "",
        "tag" => facts.Tag ?? "",
        "sha" => facts.ShortSha,
        "base_ref" => facts.BaseBranch,
        "is_default_branch" => facts.IsDefaultBranch ? "true" : "false",
        "is_not_default_branch" => facts.IsDefaultBranch ? "false" : "true",
        "date" => Date(facts.Now, expression, template),
        "commit_date" => Date(facts.CommitDate ?? facts.Now, expression, template),
        _ => Unknown(expression, template, "branch, tag, sha, base_ref, is_default_branch, is_not_default_branch, date and commit_date"),
    });

    /// <summary>Renders a template with the parts of a version.</summary>
    public string Render(TagTemplate template, ImageVersion version) => template.Render(expression => expression.Name switch
    {
        "raw" => version.Raw,
        "version" => version.ToString(),
        "major" => version.Major,
        "minor" => version.Minor,
        "patch" => version.Patch,
        "prerelease" => version.Prerelease.Replace('.', ','),
        "build" => version.Build.Replace('.', ','),
        _ => Unknown(expression, template, "raw, version, major, minor, patch, prerelease and build"),
    });

    private string Unknown(TemplateExpression expression, TagTemplate template, string known)
    {
        if (expression.Arguments.Count > 0)
        {
            throw new DeliveryException($"'{expression.Name}' in '{template}' is not a function; there are date and commit_date.");
        }

        Warn($"'{expression}' in '{template}' is empty: there is no such expression, there are {known}.");
        return "";
    }

    private string Date(DateTimeOffset time, TemplateExpression expression, TagTemplate template)
    {
        if (expression.Options.FirstOrDefault(option => option.Key != "tz").Key is { } unknown)
        {
            throw new DeliveryException($"'{unknown}' in '{template}' is not an option of {expression.Name}; there is tz, as in tz='Europe/Berlin'.");
        }

        if (expression.Arguments is not [var format, ..])
        {
            throw new DeliveryException($"'{expression}' in '{template}' has no format; write {{{{{expression.Name} 'YYYYMMDD'}}}}.");
        }

        if (!format.IsQuoted) Warn($"The format in '{expression}' has no quotes and is not taken for one; write {{{{{expression.Name} '{format.Text}'}}}}.");

        var zone = expression.Options is not [.., { Value: var name }] ? DateTimeZone.Utc
            : DateFormat.Zone(name)
                ?? throw new DeliveryException($"'{name}' in '{template}' is not a time zone; write its name in the IANA database, as in 'Asia/Tokyo'.");
        return DateFormat.Format(OffsetDateTime.FromDateTimeOffset(time).InZone(zone), format.IsQuoted ? format.Text : "");
    }
}
