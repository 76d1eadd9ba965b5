using System.Globalization;
using System.Text.Json;

namespace Acci.Architecture.Tests;

/// <summary>Code that shows what reading JSON ended with, in all the ways that it is written in, and code that does not.</summary>
internal static class ShownJsonMessages
{
    /// <summary>The methods that do.</summary>
    public static IReadOnlyList<string> All { get; } = [nameof(Caught), nameof(CaughtAmongOthers), nameof(Handed), nameof(Matched), nameof(Whole), nameof(HandedWhole), nameof(InLambda)];

    public static string Caught(string text)
    {
        try
        {
            return JsonElement.Parse(text).ToString();
        }
        catch (JsonException exception)
        {
            return exception.Message;
        }
    }

    public static string CaughtAmongOthers(string text)
    {
        try
        {
            return JsonElement.Parse(text).ToString();
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return exception.Message.TrimEnd('.');
        }
    }

    public static string Whole(string text)
    {
        try
        {
            return JsonElement.Parse(text).ToString();
        }
        catch (Exception exception) when (exception is JsonException)
        {
            return exception.ToString();
        }
    }

    public static string Handed(JsonException exception) => exception.Message;

    public static string Matched(Exception exception) => exception switch
    {
        JsonException json => json.Message,
        _ => "",
    };

    public static string HandedWhole(JsonException exception) => exception.ToString();

    public static Func<string> InLambda(JsonException exception) => () => exception.Message;

    public static string Place(string text)
    {
        try
        {
            return int.Parse(text, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
        catch (JsonException exception)
        {
            return exception.LineNumber.ToString() ?? "";
        }
    }
}
