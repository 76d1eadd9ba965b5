namespace Acci.Delivery.Images.Tags;

/// <summary>An argument; without quotes it is not a text in Handlebars but the name of something.</summary>
internal sealed record TemplateArgument(string Text, bool IsQuoted)
{
    public override string ToString() => IsQuoted ? $"'{Text}'" : Text;
}
