using System.Globalization;
using System.Reflection;

namespace Nuke.Offline.Tests;

/// <summary>Writes the public and protected surface of an assembly as the files under nuke-10.1.0/surface have it.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The lines of the members, by the line of their type.</summary>
    public static IEnumerable<(string Type, string[] Members)> Of(Assembly assembly) => assembly
        .GetTypes()
        .Where(x => x.IsVisible)
        .Select(x => (Header(x), Members(x).ToArray()));

    private static string Header(Type type)
    {
        if (type.IsEnum)
            return $"enum {Name(type)}";
        if (type.IsSubclassOf(typeof(Delegate)))
            return $"delegate {DeclaredName(type)}";

        var kind =
            type.IsInterface ? "interface" :
            type.IsValueType ? "struct" :
            type is { IsAbstract: true, IsSealed: true } ? "static class" :
            type.IsAbstract ? "abstract class" :
            type.IsSealed ? "sealed class" : "class";
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var bases = (type.BaseType is { } baseType && baseType != typeof(object) && baseType != typeof(ValueType) ? [baseType] : Array.Empty<Type>())
            .Concat(type.GetInterfaces().Except(inherited))
            .Select(Name)
            .ToList();
        return $"{kind} {DeclaredName(type)}{(bases.Count > 0 ? $" : {string.Join(", ", bases)}" : null)}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return [string.Join(", ", type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(x => x.Name))];
        if (type.IsSubclassOf(typeof(Delegate)))
            return [$"{Name(type.GetMethod("Invoke")!.ReturnType)} ({Parameters(type.GetMethod("Invoke")!)})"];

        return type.GetConstructors(Declared).Where(IsVisible).Where(x => !x.IsStatic).Select(x => $"{Access(x)}ctor({Parameters(x)})")
            .Concat(type.GetFields(Declared).Where(x => x.IsPublic || x.IsFamily || x.IsFamilyOrAssembly).Where(x => !x.IsSpecialName).Select(Field))
            .Concat(type.GetProperties(Declared).Where(x => x.GetAccessors(true).Any(IsVisible)).Select(Property))
            .Concat(type.GetMethods(Declared).Where(IsVisible).Where(x => !x.IsSpecialName || x.Name.StartsWith("op_")).Select(Method));
    }

    private static string Field(FieldInfo field) => $"{(field.IsStatic ? "static " : null)}{Name(field.FieldType)} {field.Name}";

    private static string Property(PropertyInfo property)
    {
        var accessors = property.GetAccessors(true).Where(IsVisible).ToList();
        var index = property.GetIndexParameters();
        var name = index.Length > 0 ? $"{property.Name}[{string.Join(", ", index.Select(Parameter))}]" : property.Name;
        var isDefault = property.DeclaringType!.IsInterface && !accessors[0].IsAbstract && !accessors[0].IsStatic;
        var verbs = string.Concat(accessors.Select(x => x.ReturnType == typeof(void) ? "set; " : "get; "));
        return $"{Modifiers(accessors[0])}{Name(property.PropertyType)} {name} {{ {verbs}}}{(isDefault ? " default" : null)}";
    }

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : null;
        var constraints = string.Concat(method.GetGenericArguments().Select(Constraints));
        return $"{Modifiers(method)}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)}){constraints}";
    }

    private static string Constraints(Type parameter)
    {
        var attributes = parameter.GenericParameterAttributes;
        var isStruct = attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        var isClass = attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint);
        var constraints = new[] { isStruct ? "struct" : null, isClass ? "class" : null }
            .Concat(parameter.GetGenericParameterConstraints().Where(x => x != typeof(ValueType)).Select(Name))
            .Where(x => x is not null)
            .ToList();
        return constraints.Count == 0 ? "" : $" where {parameter.Name}: {string.Join(", ", constraints)}";
    }

    private static string Modifiers(MethodBase method) => Access(method) +
        (method.IsStatic ? "static " :
         method.DeclaringType!.IsInterface ? null :
         method.IsAbstract ? "abstract " :
         method is { IsVirtual: true, IsFinal: false } ? "virtual " : null);

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Parameters(MethodBase method)
    {
        var isExtension = method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute));
        return (isExtension ? "this " : null) + string.Join(", ", method.GetParameters().Select(Parameter));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var kind = parameter.IsOut ? "out " : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : null;
        var text = parameter.RawDefaultValue is null ? "null" : Convert.ToString(parameter.RawDefaultValue, CultureInfo.InvariantCulture);
        return $"{kind}{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {text}" : null)}";
    }

    private static string DeclaredName(Type type) =>
        Plain(type.FullName!) + (type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(x => x.Name))}>" : null);

    /// <summary>Types with open parameters have no full name, and those of System go without it.</summary>
    private static string Name(Type type)
    {
        if (type.IsByRef || type.IsArray)
            return Name(type.GetElementType()!) + (type.IsArray ? "[]" : null);
        if (type.IsGenericParameter)
            return type.Name;
        var isShort = type.ContainsGenericParameters || type.Namespace == "System";
        var name = Plain(isShort ? type.Name : (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!);
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }

    private static string Plain(string name)
    {
        var arity = name.IndexOf('`');
        return (arity < 0 ? name : name[..arity] + name[(arity + 2)..]).Replace('+', '.');
    }
}
