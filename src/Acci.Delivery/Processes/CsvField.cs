namespace Acci.Delivery.Processes;

/// <summary>A <c>key=value</c> among others in an option of docker's or buildx's, which reads them as a line of CSV. Source: RFC 4180, section 2.</summary>
internal static class CsvField
{
    /// <summary>The field: in quotes where its value would end it.</summary>
    public static string Of(string key, string value) =>
        $"{key}={value}" is var field && field.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
