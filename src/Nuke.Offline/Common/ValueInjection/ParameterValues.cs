using System.Reflection;
using Nuke.Common.Tooling;
using Nuke.Common.Utilities;

namespace Nuke.Common.ValueInjection;

/// <summary>The values a parameter can have, where they can be told.</summary>
internal static class ParameterValues
{
    public static IEnumerable<(string Text, object Object)> Of(MemberInfo member, ParameterAttribute attribute, object instance)
    {
        if (attribute.ValueProviderMember is { } name)
        {
            var type = attribute.ValueProviderType ?? instance.GetType();
            var provider = type.FindMember(name).NotNull($"Value provider '{type.Name}.{name}' does not exist");
            return ((IEnumerable<string>)provider.GetValueOf(instance)).Select(x => (x, (object)x));
        }

        var memberType = member.MemberType();
        var scalar = ValueConversion.ElementType(memberType) ?? memberType;
        scalar = Nullable.GetUnderlyingType(scalar) ?? scalar;
        if (scalar.IsEnum)
            return Enum.GetNames(scalar).Select(x => (x, Enum.Parse(scalar, x)));
        return scalar.IsSubclassOf(typeof(Enumeration)) ? Enumeration.ValuesOf(scalar).Select(x => (x.ToString(), (object)x)) : null;
    }
}
