using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Acci.Architecture.Tests;

/// <summary>Which namespaces of an assembly name types of which others: in signatures, in what they inherit from, in attributes and in code.</summary>
internal static class References
{
    public static IEnumerable<(string From, string To)> Between(ModuleDefinition module) =>
        from type in module.GetTypes()
        let source = NamespaceOf(type)
        where source.Length > 0
        from target in NamedBy(type).SelectMany(Parts).Where(x => x.Scope == module).Select(NamespaceOf).Distinct()
        where target.Length > 0 && target != source
        select (source, target);

    private static IEnumerable<TypeReference?> NamedBy(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(x => x.InterfaceType),
        .. type.CustomAttributes.Select(x => x.AttributeType),
        .. type.GenericParameters.SelectMany(x => x.Constraints).Select(x => x.ConstraintType),
        .. type.Fields.Select(x => x.FieldType),
        .. type.Properties.Select(x => x.PropertyType),
        .. type.Methods.SelectMany(NamedBy),
    ];

    private static IEnumerable<TypeReference?> NamedBy(MethodDefinition method) =>
    [
        method.ReturnType,
        .. method.Parameters.Select(x => x.ParameterType),
        .. method.GenericParameters.SelectMany(x => x.Constraints).Select(x => x.ConstraintType),
        .. method.CustomAttributes.Select(x => x.AttributeType),
        .. method.HasBody ? method.Body.Variables.Select(x => x.VariableType).Concat(method.Body.Instructions.SelectMany(NamedBy)) : [],
    ];

    private static IEnumerable<TypeReference?> NamedBy(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod method => [method.DeclaringType, .. method.GenericArguments],
        MemberReference member => [member.DeclaringType],
        _ => [],
    };

    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    private static string NamespaceOf(TypeReference type) => type.DeclaringType is { } outer ? NamespaceOf(outer) : type.Namespace;
}
