using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.FileSystemGlobbing;

namespace Acci.EndToEnd.Tests.Workflows;

/// <summary>
/// Evaluates GitHub Actions expressions as far as this repository's workflows use them: literals, contexts, <c>== != ! &amp;&amp; ||</c>, and a few functions. Whatever else
/// is met fails the test. Source: GitHub's documentation, "Evaluate expressions in workflows and actions".
/// </summary>
internal sealed partial class ExpressionEvaluator(Func<string, object?> context, bool hasFailed, string root)
{
    private readonly Queue<string> _tokens = [];

    /// <summary>Whether a condition holds; one without a status function holds only where nothing has failed.</summary>
    public bool IsTrue(string? condition)
    {
        if (condition is null) return !hasFailed;
        var bare = condition.StartsWith("${{", StringComparison.Ordinal) ? condition[3..^2] : condition;
        return (StatusFunction().IsMatch(bare) || !hasFailed) && Truth(Evaluate(bare));
    }

    /// <summary>A text with the value of each expression in its place.</summary>
    public string Replace(string text) => Braces().Replace(text, match => Text(Evaluate(match.Groups["expression"].Value)));

    private object? Evaluate(string expression)
    {
        _tokens.Clear();
        foreach (Match token in Token().Matches(expression)) _tokens.Enqueue(token.Value);
        var value = Or();
        Assert.True(_tokens.Count == 0, $"'{expression}' goes on with {string.Join(' ', _tokens)}.");
        return value;
    }

    private object? Or()
    {
        var value = And();
        while (Takes("||"))
        {
            var other = And();
            value = Truth(value) ? value : other;
        }

        return value;
    }

    private object? And()
    {
        var value = Comparison();
        while (Takes("&&"))
        {
            var other = Comparison();
            value = Truth(value) ? other : value;
        }

        return value;
    }

    private object? Comparison()
    {
        var value = Unary();
        if (Takes("==")) return AreEqual(value, Unary());
        return Takes("!=") ? !AreEqual(value, Unary()) : value;
    }

    private object? Unary() => Takes("!") ? !Truth(Unary()) : Primary();

    private object? Primary()
    {
        var token = _tokens.Dequeue();
        if (token == "(")
        {
            var value = Or();
            Assert.True(Takes(")"));
            return value;
        }

        if (token[0] == '\'') return token[1..^1].Replace("''", "'", StringComparison.Ordinal);
        if (token is "true" or "false") return token == "true";
        if (!Takes("(")) return context(token);

        var arguments = new List<object?>();
        while (!Takes(")"))
        {
            arguments.Add(Or());
            Takes(",");
        }

        return Call(token, arguments);
    }

    private object? Call(string function, List<object?> arguments) => function switch
    {
        "always" => true,
        "cancelled" => false,
        "failure" => hasFailed,
        "success" => !hasFailed,
        "startsWith" => Text(arguments[0]).StartsWith(Text(arguments[1]), StringComparison.OrdinalIgnoreCase),
        "format" => string.Format(CultureInfo.InvariantCulture, Text(arguments[0]), [.. arguments.Skip(1).Select(Text)]),
        "hashFiles" => Hash(arguments.Select(Text)),
        _ => throw new NotSupportedException($"the function {function}"),
    };

    private string Hash(IEnumerable<string> patterns)
    {
        var matcher = new Matcher();
        foreach (var pattern in patterns) matcher.AddInclude(pattern);
        var names = matcher.GetResultsInFullPath(root).Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', names.Select(x => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(x))))))));
    }

    private bool Takes(string token)
    {
        if (_tokens.Count == 0 || _tokens.Peek() != token) return false;
        _tokens.Dequeue();
        return true;
    }

    private static bool AreEqual(object? left, object? right) => left is bool || right is bool
        ? Truth(left) == Truth(right)
        : string.Equals(Text(left), Text(right), StringComparison.OrdinalIgnoreCase);

    private static bool Truth(object? value) => value switch
    {
        bool truth => truth,
        string text => text.Length > 0,
        _ => value is not null,
    };

    private static string Text(object? value) => value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"\$\{\{(?<expression>.*?)\}\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"'(?:[^']|'')*'|&&|\|\||==|!=|[!(),]|[A-Za-z_][A-Za-z0-9_.-]*")]
    private static partial Regex Token();

    [GeneratedRegex(@"\b(success|failure|always|cancelled)\(")]
    private static partial Regex StatusFunction();
}
