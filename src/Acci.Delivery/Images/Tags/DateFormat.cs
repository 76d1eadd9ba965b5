using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Calendars;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// Writes a time in the format language of moment.js, in English, which docker/metadata-action uses in <c>{{date}}</c> and <c>{{commit_date}}</c>.
/// Source: moment.js, documentation, "Display", "Format".
/// </summary>
internal static partial class DateFormat
{
    private const string DefaultFormat = "YYYY-MM-DDTHH:mm:ssZ";
    private const string DefaultFormatOfUtc = "YYYY-MM-DDTHH:mm:ss[Z]";

    private static readonly IWeekYearRule AmericanWeeks = WeekYearRules.ForMinDaysInFirstWeek(1, IsoDayOfWeek.Sunday);

    /// <summary>The time zone of this name in the IANA database, upper or lower case; none for an unknown one.</summary>
    public static DateTimeZone? Zone(string name) =>
        DateTimeZoneProviders.Tzdb.GetZoneOrNull(name)
        ?? DateTimeZoneProviders.Tzdb.Ids.Where(id => id.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(id => DateTimeZoneProviders.Tzdb[id]).FirstOrDefault();

    /// <summary>Writes the time; an empty format is ISO 8601.</summary>
    public static string Format(ZonedDateTime time, string format)
    {
        if (format.Length == 0) format = time.Offset == Offset.Zero ? DefaultFormatOfUtc : DefaultFormat;
        var result = new StringBuilder();
        foreach (Match token in Tokens().Matches(LongForms().Replace(format, LongForm))) result.Append(Write(token.Value, time));
        return result.ToString();
    }

    private static string LongForm(Match match) => match.Value switch
    {
        "LT" => "h:mm A",
        "LTS" => "h:mm:ss A",
        "L" => "MM/DD/YYYY",
        "LL" => "MMMM D, YYYY",
        "LLL" => "MMMM D, YYYY h:mm A",
        "LLLL" => "dddd, MMMM D, YYYY h:mm A",
        "l" => "M/D/YYYY",
        "ll" => "MMM D, YYYY",
        "lll" => "MMM D, YYYY h:mm A",
        "llll" => "ddd, MMM D, YYYY h:mm A",
        var other => other,
    };

    private static string Write(string token, ZonedDateTime time) => token switch
    {
        "YY" => Padded(time.Year % 100, 2),
        "Y" or "YYYY" => Padded(time.Year, 4),
        "YYYYY" => Padded(time.Year, 5),
        "YYYYYY" => $"+{Padded(time.Year, 6)}",
        "y" or "yy" or "yyy" or "yyyy" => Number(time.Year),
        "yo" => Ordinal(time.Year),
        "N" or "NN" or "NNN" or "NNNNN" => "AD",
        "NNNN" => "Anno Domini",
        "Q" => Number(Quarter(time)),
        "Qo" => Ordinal(Quarter(time)),
        "M" => Number(time.Month),
        "Mo" => Ordinal(time.Month),
        "MM" => Padded(time.Month, 2),
        "MMM" => Name(time, "MMM"),
        "MMMM" => Name(time, "MMMM"),
        "D" => Number(time.Day),
        "Do" => Ordinal(time.Day),
        "DD" => Padded(time.Day, 2),
        "DDD" => Number(time.DayOfYear),
        "DDDo" => Ordinal(time.DayOfYear),
        "DDDD" => Padded(time.DayOfYear, 3),
        "d" or "e" => Number(Weekday(time)),
        "do" => Ordinal(Weekday(time)),
        "dd" => Name(time, "dddd")[..2],
        "ddd" => Name(time, "ddd"),
        "dddd" => Name(time, "dddd"),
        "E" => Number((int)time.DayOfWeek),
        "w" => Number(AmericanWeek(time)),
        "wo" => Ordinal(AmericanWeek(time)),
        "ww" => Padded(AmericanWeek(time), 2),
        "W" => Number(IsoWeek(time)),
        "Wo" => Ordinal(IsoWeek(time)),
        "WW" => Padded(IsoWeek(time), 2),
        "gg" => Padded(AmericanWeeks.GetWeekYear(time.Date) % 100, 2),
        "gggg" => Padded(AmericanWeeks.GetWeekYear(time.Date), 4),
        "ggggg" => Padded(AmericanWeeks.GetWeekYear(time.Date), 5),
        "GG" => Padded(WeekYearRules.Iso.GetWeekYear(time.Date) % 100, 2),
        "GGGG" => Padded(WeekYearRules.Iso.GetWeekYear(time.Date), 4),
        "GGGGG" => Padded(WeekYearRules.Iso.GetWeekYear(time.Date), 5),
        "A" => time.Hour < 12 ? "AM" : "PM",
        "a" => time.Hour < 12 ? "am" : "pm",
        "H" => Number(time.Hour),
        "HH" => Padded(time.Hour, 2),
        "h" => Number(time.ClockHourOfHalfDay),
        "hh" => Padded(time.ClockHourOfHalfDay, 2),
        "k" => Number(time.Hour == 0 ? 24 : time.Hour),
        "kk" => Padded(time.Hour == 0 ? 24 : time.Hour, 2),
        "Hmm" => Number(time.Hour) + Padded(time.Minute, 2),
        "Hmmss" => Number(time.Hour) + Padded(time.Minute, 2) + Padded(time.Second, 2),
        "hmm" => Number(time.ClockHourOfHalfDay) + Padded(time.Minute, 2),
        "hmmss" => Number(time.ClockHourOfHalfDay) + Padded(time.Minute, 2) + Padded(time.Second, 2),
        "m" => Number(time.Minute),
        "mm" => Padded(time.Minute, 2),
        "s" => Number(time.Second),
        "ss" => Padded(time.Second, 2),
        ['S', ..] => Padded(time.Millisecond, 3).PadRight(token.Length, '0')[..token.Length],
        "z" or "zz" => time.GetZoneInterval().Name,
        "Z" => OffsetOf(time, ":"),
        "ZZ" => OffsetOf(time, ""),
        "X" => Number(time.ToInstant().ToUnixTimeSeconds()),
        "x" => Number(time.ToInstant().ToUnixTimeMilliseconds()),
        ['[', .., ']'] => token[1..^1],
        ['\\', ..] => token.Replace(@"\", "", StringComparison.Ordinal),
        _ => token,
    };

    private static int Quarter(ZonedDateTime time) => ((time.Month - 1) / 3) + 1;

    private static int Weekday(ZonedDateTime time) => (int)time.DayOfWeek % 7;

    private static int AmericanWeek(ZonedDateTime time) => AmericanWeeks.GetWeekOfWeekYear(time.Date);

    private static int IsoWeek(ZonedDateTime time) => WeekYearRules.Iso.GetWeekOfWeekYear(time.Date);

    private static string Name(ZonedDateTime time, string format) => time.ToDateTimeUnspecified().ToString(format, CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Padded(int number, int digits) => number.ToString($"D{digits}", CultureInfo.InvariantCulture);

    private static string Ordinal(int number) => Number(number) + (number % 10, number % 100) switch
    {
        (_, >= 11 and <= 13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };

    private static string OffsetOf(ZonedDateTime time, string separator)
    {
        var minutes = Math.Abs(time.Offset.Seconds / 60);
        return $"{(time.Offset < Offset.Zero ? '-' : '+')}{Padded(minutes / 60, 2)}{separator}{Padded(minutes % 60, 2)}";
    }

    [GeneratedRegex(@"\[[^\[]*\]|\\?(LTS|LT|L{1,4}|l{1,4})")]
    private static partial Regex LongForms();

    // The order matters as much as the tokens: `HHmm` is `HH` and `mm`, `Hmm` is one token.
    [GeneratedRegex(
        """
        \[[^\[]*\]|\\?(
          [Hh]mm(ss)?|Mo|MM?M?M?|Do|DDDo|DD?D?D?|ddd?d?|do?|w[ow]?|W[oW]?|Qo?|N{1,5}|YYYYYY|YYYYY|YYYY|YY|y{2,4}|yo?|gg(ggg?)?|GG(GGG?)?|
          e|E|a|A|hh?|HH?|kk?|mm?|ss?|S{1,9}|x|X|zz?|ZZ?|.)
        """,
        RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Tokens();
}
