using System.ComponentModel;
using System.Linq.Expressions;
using System.Reflection;
using Acci.Settings;

namespace Acci.Environments;

/// <summary>One of the app's settings: its name, whether it is a secret, and what it means.</summary>
/// <param name="Name">The name, in all its spellings.</param>
/// <param name="Description">What it means, one line.</param>
public sealed record AppSetting(SettingName Name, string Description)
{
    private static readonly MethodInfo Of = typeof(SettingName).GetMethods().Single(x => x is { Name: nameof(SettingName.Of), IsGenericMethodDefinition: true });

    /// <summary>All of them, in the order of the app's own declarations.</summary>
    public static IReadOnlyList<AppSetting> All { get; } = [.. Read()];

    private static IEnumerable<AppSetting> Read()
    {
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
                    var name = (SettingName)Of.MakeGenericMethod(typeof(AppSettings), path.Type).Invoke(null, [Expression.Lambda(path, parameter), AppSettings.Naming])!;
                    yield return new AppSetting(name, property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? name.Key);
                }
            }
        }
    }
}
