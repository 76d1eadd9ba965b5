using System.Reflection;
using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Environments.Declarations;
using Acci.Generation.RunConfigurations;
using Nuke.Common;
using Serilog;

namespace Acci.Components;

/// <summary>The secrets that a build is given, and the variables that they come from.</summary>
/// <param name="build">The class of the build.</param>
internal sealed class SecretParameters(Type build)
{
    private readonly MemberInfo[] _parameters = [.. Parameters.AllOf(build)];

    /// <summary>The parameters.</summary>
    public IEnumerable<MemberInfo> Members => _parameters.Where(IsSecret);

    /// <summary>The values that are masked: all of them but the path of a key's file, which messages name.</summary>
    public IEnumerable<string> ValuesOf(INukeBuild running) => NamedValuesOf(running).Select(x => x.Value)
        .Concat(ProcessEnvironment.Read().Variables.Where(x => WithheldVariables.IsWellKnown(x.Key)).Select(x => x.Value)).Where(x => x.Length > 0 && x != KeyFileOf(running));

    /// <summary>The same with those of variables that <see cref="Withhold"/> took out, each by its parameter as it is typed, or by its variable.</summary>
    public IEnumerable<(string Name, string Value)> NamedValuesOf(INukeBuild running) => Members
        .Select(x => (Name: $"--{BuildParameter.Typed(Parameters.NameOf(x))}", Value: Parameters.Value(x, running)?.ToString() ?? ""))
        .Concat(WithheldVariables.Masked)
        .Where(x => x.Value.Length > 0 && x.Value != KeyFileOf(running));

    private HashSet<string> Names => new(
        Members.SelectMany(x => x.GetCustomAttributes<FormerNameAttribute>().Select(former => former.Name).Prepend(Parameters.NameOf(x)).Select(ForeignVariables.Plain)),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Takes the variables of secrets out of the process, in whatever spelling, so that no program that the build starts inherits them. What reads them is read before, and
    /// both engines keep that.
    /// </summary>
    public void Withhold(INukeBuild running)
    {
        var names = Names;
        string[] ofKey = (running as IHazSigning)?.SigningKey is { } key ? [.. KeyService.SecretsOf(key)] : [];
        var ofEnvironments = OfEnvironments(running);
        foreach (var member in _parameters.Where(x => IsSecretVariable(Parameters.NameOf(x)))) _ = Parameters.Value(member, running);
        WithheldVariables.Withhold(IsSecretVariable, KeyFileOf(running));

        bool IsSecretVariable(string variable) =>
            WithheldVariables.IsWellKnown(variable) || ofKey.Contains(variable) || ofEnvironments.Contains(variable) || ForeignVariables.NamesOf(variable).Any(names.Contains);
    }

    // The declaration is the build's own code and may need what is not there yet, as its solution. The targets that work on an environment ask it again, and fail then.
    private static IReadOnlySet<string> OfEnvironments(INukeBuild running)
    {
        try
        {
            if (running is IHazEnvironments build) return Named(build.Environments, build.RootDirectory.Name).SecretVariables;
        }
        catch (Exception exception)
        {
            Log.Verbose("Which variables are secrets of environments is not known yet: {Problem:l}", Redaction.Redact(exception.Message));
        }

        return new HashSet<string>();
    }

    // Those of no app begin with the name. A folder that gives none hides no others.
    private static EnvironmentDeclaration Named(EnvironmentDeclaration declaration, string folder)
    {
        try
        {
            return declaration.NamedAfter(folder);
        }
        catch (DeliveryException)
        {
            return declaration;
        }
    }

    private static string? KeyFileOf(INukeBuild running) => (running as IHazSigning)?.SigningKey is { } key && File.Exists(key) ? key : null;

    private static bool IsSecret(MemberInfo member) => member.IsDefined(typeof(SecretAttribute));
}
