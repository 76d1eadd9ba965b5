using System.Globalization;
using System.Net;
using Acci.Environments.Specification;
using Acci.Environments.Variables;
using Acci.Settings;

namespace Acci.Environments.Declarations;

/// <summary>
/// One environment while it is declared: its name, its settings, and the values that can be changed from outside. Such a value stands in the
/// compose file as a variable, with what the settings files say where nobody sets it: <c>${SHOP_REPLICAS:-3}</c>.
/// </summary>
public sealed class EnvironmentContext
{
    private readonly EnvironmentDeclaration _declaration;
    private readonly ISettingValues _values;

    internal EnvironmentContext(EnvironmentDeclaration declaration, ISettingValues values)
    {
        (_declaration, _values) = (declaration, values);
        Kind = Enum.Parse<EnvironmentKind>(Text(DeploymentSetting.Kind), ignoreCase: true);
    }

    /// <summary>The environment's name.</summary>
    public string Name => _values.Name;

    /// <summary>What it is for.</summary>
    public EnvironmentKind Kind { get; }

    /// <summary>An app's settings, with what the settings files say of them.</summary>
    /// <exception cref="DeliveryException">A setting cannot be used here; the message names it.</exception>
    public ServiceSettings<TSettings> Settings<TSettings>(SettingsDefinition<TSettings> definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return _declaration.Settings.Contains(definition)
            ? new ServiceSettings<TSettings>(definition, _declaration, _values)
            : throw new ArgumentException($"The settings of {typeof(TSettings).Name} are not among those of the declaration.", nameof(definition));
    }

    /// <summary>A setting of the environment's own, which can be set from outside.</summary>
    /// <exception cref="DeliveryException">It is not declared, is a secret, or has no value or one that it cannot have.</exception>
    public Scalar Get(DeploymentSetting setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var name = _declaration.NameOf(setting);
        if (name.IsSecret) throw new DeliveryException($"{name} is a secret: it is handed over as a file, by {nameof(Secret)}, never as a variable.");
        return Scalar.Variable(new Variable(name.EnvironmentVariable, setting.Description, Text(setting)) { Key = name.Key });
    }

    /// <summary>A secret of the environment's own, to be handed to services as a file.</summary>
    /// <param name="setting">A setting whose value is a <see cref="DeploymentValue.Secret"/>.</param>
    /// <exception cref="DeliveryException">It is not declared.</exception>
    public ServiceSecret Secret(DeploymentSetting setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return setting.Value == DeploymentValue.Secret
            ? new ServiceSecret(Declared(setting))
            : throw new ArgumentException($"{_declaration.NameOf(setting)} is no secret: its value has to be {nameof(DeploymentValue)}.{nameof(DeploymentValue.Secret)}.", nameof(setting));
    }

    /// <summary>The number that such a setting is in this environment.</summary>
    /// <exception cref="DeliveryException">It has no value, or one that it cannot have.</exception>
    public int Number(DeploymentSetting setting) => int.Parse(Text(setting), CultureInfo.InvariantCulture);

    /// <summary>How errors name such a setting: <c>Deployment:Replicas (SHOP_REPLICAS)</c>.</summary>
    public string Title(DeploymentSetting setting) => _declaration.NameOf(setting).ToString();

    /// <summary>
    /// A port of the host that leads to a service, on the host's address that <see cref="DeploymentSetting.BindAddress"/> says; where the declaration does not have that
    /// setting, on this machine's own alone, 127.0.0.1.
    /// </summary>
    /// <param name="target">The port inside.</param>
    /// <param name="published">The setting that says which of the host's.</param>
    public Port Publish(Scalar target, DeploymentSetting published) =>
        new(target)
        {
            Published = Get(published),
            HostIp = _declaration.Deployment.Contains(DeploymentSetting.BindAddress) ? Get(DeploymentSetting.BindAddress) : $"{IPAddress.Loopback}",
            Protocol = "tcp",
        };

    /// <summary>A variable that is no setting.</summary>
    /// <param name="name">Its name without the prefix: <c>SDK_IMAGE</c>.</param>
    /// <param name="description">What it means, one line.</param>
    /// <param name="fallback">What it is when nobody sets it.</param>
    /// <param name="source">Where its value is found when nobody sets it, if it is not simply that.</param>
    public Scalar Variable(string name, string description, string fallback, VariableSource? source = null) =>
        Scalar.Variable(new Variable($"{_declaration.VariablePrefix}_{name}", description, fallback) { Source = source });

    // A setting that is used has a value.
    private string Text(DeploymentSetting setting)
    {
        var name = Declared(setting);
        // What an environment is for is said in its files alone.
        var title = setting == DeploymentSetting.Kind ? name.Key : name.ToString();
        var text = _values.Find(name.Key) ?? throw new DeliveryException(
            $"Environment '{Name}': {title} has no value: write one into a settings file in {_declaration.SettingsFolder}.");
        return DeploymentValues.Problem(setting.Value, text) is { } expected
            ? throw new DeliveryException($"Environment '{Name}': {title} cannot be '{text}': it is {expected}.")
            : text;
    }

    private SettingName Declared(DeploymentSetting setting)
    {
        var name = _declaration.NameOf(setting);
        return setting == DeploymentSetting.Kind || _declaration.Deployment.Contains(setting)
            ? name
            : throw new DeliveryException(
                $"Environment '{Name}': {name.Key} is not among the declared deployment settings. " +
                $"Add it: {nameof(EnvironmentDeclaration.Deployment)} = [.. {nameof(DeploymentSetting)}.{nameof(DeploymentSetting.Common)}, …].");
    }
}
