using System.Text.Json;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Acci.Architecture.Tests;

/// <summary>
/// Where code takes the own message of what reading JSON ended with: in a handler of <see cref="JsonException"/>, alone or among others, and of a variable of that type. What is caught
/// before an <c>await</c> and used after it is not seen.
/// </summary>
/// <param name="module">The code.</param>
internal sealed class JsonMessages(ModuleDefinition module)
{
    private static readonly string Json = typeof(JsonException).FullName!;

    /// <summary>The methods, as <c>type::method</c>.</summary>
    public IEnumerable<string> Find() =>
        from type in module.GetTypes()
        from method in type.Methods
        where method.HasBody && method.Body.Instructions.Any(x => TakesText(x, method))
        select $"{type.FullName}::{method.Name}";

    // Its text as a whole begins with its message.
    private static bool TakesText(Instruction instruction, MethodDefinition method)
    {
        if (instruction.Operand is not MethodReference { Name: "get_Message" or "ToString" } called) return false;
        var of = TypeOfLoaded(instruction.Previous, method);
        return of == Json || ((called.Name == "get_Message" || of == typeof(Exception).FullName) && method.Body.ExceptionHandlers.Any(x => MayBeJson(x) && IsIn(instruction, x)));
    }

    private static bool MayBeJson(ExceptionHandler handler) => handler.CatchType?.FullName == Json || (handler.FilterStart is { } filter
        && From(filter, handler.HandlerStart).Any(x => x.OpCode == OpCodes.Isinst && ((TypeReference)x.Operand).FullName == Json));

    private static bool IsIn(Instruction instruction, ExceptionHandler handler) => From(handler.HandlerStart, handler.HandlerEnd).Contains(instruction);

    private static IEnumerable<Instruction> From(Instruction? first, Instruction? end)
    {
        for (; first is not null && first != end; first = first.Next) yield return first;
    }

    // Of the variable that is on the stack.
    private static string? TypeOfLoaded(Instruction? before, MethodDefinition method) => (before?.OpCode.Code switch
    {
        Code.Ldloc_0 or Code.Ldloc_1 or Code.Ldloc_2 or Code.Ldloc_3 => method.Body.Variables[before.OpCode.Code - Code.Ldloc_0].VariableType,
        Code.Ldloc or Code.Ldloc_S => ((VariableDefinition)before.Operand).VariableType,
        Code.Ldarg_0 or Code.Ldarg_1 or Code.Ldarg_2 or Code.Ldarg_3 => Parameter(method, before.OpCode.Code - Code.Ldarg_0),
        Code.Ldarg or Code.Ldarg_S => ((ParameterDefinition)before.Operand).ParameterType,
        Code.Ldfld => ((FieldReference)before.Operand).FieldType,
        _ => null,
    })?.FullName;

    private static TypeReference? Parameter(MethodDefinition method, int index) =>
        method.HasThis && index == 0 ? method.DeclaringType : method.Parameters.ElementAtOrDefault(method.HasThis ? index - 1 : index)?.ParameterType;
}
