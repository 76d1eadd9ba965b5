using System.Collections;
using System.Globalization;
using System.Reflection;
using Nuke.Common.Utilities;

namespace Nuke.Common.Tooling;

/// <summary>Writes a tool's options as its command line.</summary>
internal sealed class ToolArguments
{
    private readonly List<string> _secrets = [];

    public ToolArguments(ToolOptions options)
    {
        var properties = options.GetType()
            .GetProperties()
            .Select(x => (x.Name, Argument: x.GetCustomAttribute<ArgumentAttribute>()))
            .Where(x => x.Argument is not null)
            .DistinctBy(x => x.Name)
            .ToDictionary(x => x.Name, x => x.Argument);

        var set = options.Values
            .Where(x => properties.ContainsKey(x.Key))
            .Select(x => (Argument: properties[x.Key], x.Value))
            .ToList();

        var parts = new[] { options.GetType().GetCustomAttribute<CommandAttribute>()?.Arguments }
            .Concat(set.Where(x => x.Argument.Position > 0).OrderBy(x => x.Argument.Position).SelectMany(x => Write(x.Argument, x.Value)))
            .Concat(set.Where(x => x.Argument.Position == 0).SelectMany(x => Write(x.Argument, x.Value)))
            .Concat(set.Where(x => x.Argument.Position < 0).OrderBy(x => x.Argument.Position).SelectMany(x => Write(x.Argument, x.Value)))
            .Concat(options.ProcessAdditionalArguments ?? []);

        Text = string.Join(' ', parts.Where(x => !string.IsNullOrEmpty(x)));
        _secrets.AddRange(options.ProcessRedactedSecrets ?? []);
    }

    public string Text { get; }

    public Func<string, string> Filter => Redaction.Of(_secrets);

    private IEnumerable<string> Write(ArgumentAttribute argument, object value)
    {
        if (!argument.Format.Contains("{value}", StringComparison.Ordinal))
            return value is true ? [argument.Format] : [];

        return value switch
        {
            string text => [Fill(argument, null, text)],
            IEnumerable<KeyValuePair<string, object>> pairs => pairs.Select(x => Fill(argument, x.Key, ToText(x.Value))),
            IEnumerable items when argument.Separator is { } separator => [Fill(argument, null, string.Join(separator, Texts(items)))],
            IEnumerable items => Texts(items).Select(x => Fill(argument, null, x)),
            _ => [Fill(argument, null, ToText(value))],
        };
    }

    private string Fill(ArgumentAttribute argument, string key, string value)
    {
        if (argument.Secret)
            _secrets.Add(value);
        // Each word of the format is an argument of its own, so that a value with spaces is quoted with what it belongs to.
        return string.Join(' ', argument.Format.Split(' ').Select(word => word
            .Replace("{key}", key, StringComparison.Ordinal)
            .Replace("{value}", value, StringComparison.Ordinal)
            .DoubleQuoteIfNeeded()));
    }

    private static IEnumerable<string> Texts(IEnumerable items) => items.Cast<object>().Select(ToText);

    private static string ToText(object value) => value switch
    {
        bool boolean => boolean ? "true" : "false",
        IEnumerable items and not string => string.Join(';', Texts(items)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
