using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Acci.Delivery.Signing;

/// <summary>What a workflow's file says, however its YAML is written: with escapes, in flow style, with anchors, with any line ends.</summary>
internal static partial class WorkflowYaml
{
    private const string Call = "workflow_call";
    private const int Deepest = 500;

    /// <summary>
    /// Whether other repositories can call the workflow. Where any text in it has the word, such as a condition, it is taken for one that can be
    /// called: nothing is lost but its place in a policy.
    /// </summary>
    /// <param name="file">The file, for messages.</param>
    /// <param name="text">What it says.</param>
    /// <exception cref="DeliveryException">It is no workflow, so it cannot be told.</exception>
    public static bool IsCallable(string file, string text) => Texts(file, text).Any(x => x.Contains(Call, StringComparison.OrdinalIgnoreCase));

    /// <summary>The workflows of other repositories that it calls: <c>owner/name/.github/workflows/publish.yml@v1</c>.</summary>
    /// <param name="file">The file, for messages.</param>
    /// <param name="text">What it says.</param>
    /// <exception cref="DeliveryException">It is no workflow.</exception>
    public static IEnumerable<string> CallsOf(string file, string text) => Texts(file, text).Where(x => Called().IsMatch(x)).Distinct();

    // A step's action has another form.
    [GeneratedRegex(@"\A[^/\s.@]+/[^/\s@]+/\.github/workflows/[^@\s]+@\S+\z")]
    private static partial Regex Called();

    private static List<string> Texts(string file, string text)
    {
        try
        {
            var (isWorkflow, depth, texts) = (false, 0, new List<string>());
            // Event by event, so that neither depth nor aliases can make much of a small file. What an alias stands for is in the same file.
            for (var parser = new Parser(new StringReader(text)); parser.MoveNext();)
            {
                depth += parser.Current!.NestingIncrease;
                if (depth > Deepest) throw Unknown($"{file} is nested too deeply");
                isWorkflow |= parser.Current is MappingStart;
                if (parser.Current is Scalar scalar) texts.Add(scalar.Value);
            }

            return isWorkflow ? texts : throw Unknown($"{file} has no keys");
        }
        catch (YamlException exception)
        {
            var reason = SafeText.Terminal(exception.GetBaseException().Message).TrimEnd('.');
            throw Unknown($"{file}, line {exception.Start.Line}, is not YAML: {reason}", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or OverflowException or FormatException)
        {
            throw Unknown($"{file} is not YAML: {SafeText.Terminal(exception.Message).TrimEnd('.')}", exception);
        }
    }

    private static DeliveryException Unknown(string problem, Exception? cause = null) =>
        new($"{problem}. So it is not known whether other repositories can call it: mend it, or name other workflows with --signed-by.", cause);
}
