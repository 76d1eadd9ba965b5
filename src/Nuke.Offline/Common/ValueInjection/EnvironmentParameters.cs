using Serilog;

namespace Nuke.Common.ValueInjection;

/// <summary>
/// Parameters from environment variables: <c>Name</c>, <c>NUKE_Name</c>, or either in another spelling, such as <c>NUKE_MY_NAME</c>.
/// </summary>
internal sealed class EnvironmentParameters(IReadOnlyDictionary<string, string> variables)
{
    private const string Prefix = "NUKE_";

    private static readonly Lazy<EnvironmentParameters> OfProcess = new(() => new EnvironmentParameters(EnvironmentInfo.Variables));

    /// <summary>Those of this process.</summary>
    public static EnvironmentParameters Default => OfProcess.Value;

    private readonly Lazy<ILookup<string, string>> _spellings = new(() => variables.Keys.ToLookup(Plain, StringComparer.OrdinalIgnoreCase));

    /// <summary>The engine's own parameters have names such as <c>Host</c>: a variable counts for them only with the prefix.</summary>
    public object Get(string name, Type type, char? separator, bool withPrefixOnly)
    {
        if (Find(name, withPrefixOnly) is not { } variable)
            return null;
        try
        {
            return ValueConversion.Convert(variables[variable], type, separator);
        }
        catch (Exception exception)
        {
            Assert.Fail($"Resolving environment variable '{variable}' failed.{Environment.NewLine}{exception.Message}");
            throw;
        }
    }

    private string Find(string name, bool withPrefixOnly)
    {
        if (!withPrefixOnly && variables.ContainsKey(name))
            return name;
        if (variables.ContainsKey(Prefix + name))
            return Prefix + name;

        var plain = Plain(name);
        var spelled = _spellings.Value[Plain(Prefix) + plain].ToList();
        if (!withPrefixOnly)
            spelled.AddRange(_spellings.Value[plain]);
        if (spelled.Count > 1)
            Log.Warning("Parameter {Name} is set more than once in the environment, as {Variables}: none counts", name, string.Join(", ", spelled));
        return spelled.Count == 1 ? spelled[0] : null;
    }

    private static string Plain(string name) => new(name.Where(char.IsLetterOrDigit).ToArray());
}
