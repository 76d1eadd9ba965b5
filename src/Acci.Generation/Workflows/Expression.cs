using System.Globalization;

namespace Acci.Generation.Workflows;

/// <summary>
/// A GitHub Actions expression. It converts to the text <c>${{ … }}</c>, so that it can stand wherever a workflow takes a text; in conditions it stands bare.
/// Source: GitHub's documentation, "Evaluate expressions in workflows and actions".
/// </summary>
public sealed record Expression
{
    private readonly Binding _binding;

    private Expression(string text, Binding binding) => (Text, _binding) = (text, binding);

    // How tightly an expression's outermost operator binds, the loosest first.
    private enum Binding
    {
        Or,
        And,
        Comparison,
        Negation,
        Value,
    }

    /// <summary>The expression without the braces.</summary>
    public string Text { get; }

    /// <summary>A value of a context: <c>github.ref</c>, <c>matrix.os</c>.</summary>
    public static Expression Context(string path) => new(path, Binding.Value);

    /// <summary>A text.</summary>
    public static Expression Of(string text) => new($"'{text.Replace("'", "''", StringComparison.Ordinal)}'", Binding.Value);

    /// <summary>A truth value.</summary>
    public static Expression Of(bool value) => new(value ? "true" : "false", Binding.Value);

    /// <summary>A variable of the repository, its organization or its environment; empty where it is not set.</summary>
    public static Expression Variable(string name) => Context($"vars.{name}");

    /// <summary>A secret; empty where it is not set.</summary>
    public static Expression Secret(string name) => Context($"secrets.{name}");

    /// <summary>What the workflow was started or called with; empty where it was started by something else.</summary>
    public static Expression Input(string name) => Context($"inputs.{name}");

    /// <summary>This run's value of a dimension of the matrix.</summary>
    public static Expression Matrix(string name) => Context($"matrix.{name}");

    /// <summary>What a step of the same job has set.</summary>
    public static Expression StepOutput(string step, string output) => Context($"steps.{step}.outputs.{output}");

    /// <summary>What a job that this one needs hands on.</summary>
    public static Expression JobOutput(string job, string output) => Context($"needs.{job}.outputs.{output}");

    /// <summary>What a job of a called workflow hands on; only for the outputs of that workflow.</summary>
    public static Expression OutputOf(string job, string output) => Context($"jobs.{job}.outputs.{output}");

    /// <summary>The hash of the files that these patterns match.</summary>
    public static Expression HashOfFiles(params IEnumerable<string> patterns) => Call("hashFiles", patterns.Select(Of));

    /// <summary>The template with <c>{0}</c>, <c>{1}</c> … replaced.</summary>
    public static Expression Format(string template, params IEnumerable<Expression> values) => Call("format", values.Prepend(Of(template)));

    /// <summary>True whatever has happened, but for a run that was cancelled.</summary>
    public static Expression NotCancelled { get; } = !Call("cancelled");

    /// <summary>True once a step before has failed.</summary>
    public static Expression Failure { get; } = Call("failure");

    /// <summary>True while nothing before has failed.</summary>
    public static Expression Success { get; } = Call("success");

    /// <summary>True whatever has happened, in a run that was cancelled, too.</summary>
    public static Expression Always { get; } = Call("always");

    /// <summary>What this JSON says: a list or an object, as for a matrix.</summary>
    public static Expression FromJson(Expression json) => Call("fromJSON", json);

    /// <summary>Whether the text begins with this.</summary>
    public Expression StartsWith(string text) => Call("startsWith", this, Of(text));

    /// <summary>Whether the text ends with this.</summary>
    public Expression EndsWith(string text) => Call("endsWith", this, Of(text));

    /// <summary>Whether the text has this in it, or the list has it as one of its values.</summary>
    public Expression Contains(string text) => Call("contains", this, Of(text));

    /// <summary>Whether the two are equal; texts are compared without regard to case.</summary>
    public Expression Is(string text) => Compare("==", Of(text));

    /// <inheritdoc cref="Is(string)"/>
    public Expression Is(Expression other) => Compare("==", other);

    /// <summary>Whether the two differ.</summary>
    public Expression IsNot(string text) => Compare("!=", Of(text));

    /// <summary>This, or where it is empty or false the other.</summary>
    public Expression Or(string text) => this | Of(text);

    /// <summary>Both; its value is the second one's, if the first one is neither empty nor false.</summary>
    public static Expression operator &(Expression left, Expression right) => Join("&&", Binding.And, left, right);

    /// <summary>One of the two: the first that is neither empty nor false.</summary>
    public static Expression operator |(Expression left, Expression right) => Join("||", Binding.Or, left, right);

    /// <summary>The opposite.</summary>
    public static Expression operator !(Expression operand) => new($"!{operand.Within(Binding.Negation)}", Binding.Negation);

    /// <summary>The text that is replaced by the expression's value.</summary>
    public static implicit operator string(Expression expression) => expression.ToString();

    /// <summary>A truth value.</summary>
    public static implicit operator Expression(bool value) => Of(value);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"${{{{ {Text} }}}}");

    private static Expression Call(string function, params IEnumerable<Expression> arguments) => new($"{function}({string.Join(", ", arguments.Select(x => x.Text))})", Binding.Value);

    private static Expression Join(string symbol, Binding binding, Expression left, Expression right) => new($"{left.Within(binding)} {symbol} {right.Within(binding)}", binding);

    private Expression Compare(string symbol, Expression other) => new($"{Within(Binding.Negation)} {symbol} {other.Within(Binding.Negation)}", Binding.Comparison);

    private string Within(Binding binding) => _binding < binding ? $"({Text})" : Text;
}
