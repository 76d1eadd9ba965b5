using System.Linq.Expressions;
using System.Reflection;
using System.Xml.Linq;
using Acci.Settings;

namespace Acci.Environments;

/// <summary>One of the app's settings: its name, whether it is a secret, and what its documentation says.</summary>
/// <param name="Name">The name, in all its spellings.</param>
/// <param name="Description">The first words of its documentation, one line.</param>
public sealed record AppSetting(SettingName Name, string Description)
{
    private static readonly MethodInfo Of = typeof(SettingName).GetMethods().Single(x => x is { Name: nameof(SettingName.Of), IsGenericMethodDefinition: true });

    /// <summary>All of them, in the order of the app's own declarations.</summary>
    public static IReadOnlyList<AppSetting> All { get; } = [.. Read()];

    private static IEnumerable<AppSetting> Read()
    {
        var documentation = Documentation();
        var parameter = Expression.Parameter(typeof(AppSettings));
        return Below(parameter, typeof(AppSettings));

        IEnumerable<AppSetting> Below(Expression owner, Type type)
        {
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(x => x.CanWrite))
            {
                var path = Expression.Property(owner, property);
                if (property.PropertyType is { IsClass: true } section && section.Assembly == typeof(AppSettings).Assembly)
                {
                    foreach (var setting in Below(path, section)) yield return setting;
                }
                else
                {
                    var name = (SettingName)Of.MakeGenericMethod(path.Type).Invoke(null, [Expression.Lambda(path, parameter)])!;
                    yield return new AppSetting(name, documentation.GetValueOrDefault($"P:{type.FullName}.{property.Name}", name.Key));
                }
            }
        }
    }

    // The settings' own documentation, which the compiler leaves beside the assembly.
    private static Dictionary<string, string> Documentation()
    {
        var file = Path.ChangeExtension(typeof(AppSettings).Assembly.Location, ".xml");
        if (!File.Exists(file)) throw new DeliveryException($"{file} is missing: what the settings mean comes from it. Build the solution again.");
        return XDocument.Load(file).Descendants("member").ToDictionary(x => x.Attribute("name")!.Value, x => Summary(x.Element("summary")), StringComparer.Ordinal);
    }

    // The variable's name, which the documentation ends with, stands in every file that uses this.
    private static string Summary(XElement? summary)
    {
        var text = string.Join(' ', (summary?.Value ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var variable = text.IndexOf("; APP__", StringComparison.Ordinal) is >= 0 and var below ? below : text.IndexOf("; RUN_MODE", StringComparison.Ordinal);
        return variable < 0 ? text.TrimEnd('.') : text[..variable];
    }
}
