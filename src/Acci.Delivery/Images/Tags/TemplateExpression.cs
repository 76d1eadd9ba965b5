namespace Acci.Delivery.Images.Tags;

/// <summary>One expression of a template.</summary>
/// <param name="Name">What is asked for: <c>branch</c>, <c>date</c>.</param>
/// <param name="Arguments">What stands after it.</param>
/// <param name="Options">What stands after it as <c>name=value</c>.</param>
internal sealed record TemplateExpression(string Name, IReadOnlyList<TemplateArgument> Arguments, IReadOnlyList<KeyValuePair<string, string>> Options)
{
    public override string ToString() =>
        "{{" + string.Join(' ', [Name, .. Arguments.Select(x => x.ToString()), .. Options.Select(x => $"{x.Key}='{x.Value}'")]) + "}}";
}
