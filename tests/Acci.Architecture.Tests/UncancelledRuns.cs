using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Acci.Architecture.Tests;

/// <summary>
/// Where what goes on after Ctrl-C may wait for a program without end: in methods that are called with <see cref="CancellationToken.None"/> or another token that nobody cancels,
/// and in all that these hand a token on to. A limit counts for one command of a method, whichever that is.
/// </summary>
internal sealed partial class UncancelledRuns
{
    private const string Command = "Acci.Delivery.Processes.Command", Runner = "Acci.Delivery.Processes.CommandRunner";

    // Commands that end after some time.
    private static readonly string[] Bounded = ["Question", "Errand", "Bounded"];

    private readonly ILookup<string, MethodDefinition> _bodies;
    private readonly ILookup<string, string> _overrides;

    /// <param name="modules">All that call one another.</param>
    public UncancelledRuns(IReadOnlyCollection<ModuleDefinition> modules)
    {
        var types = modules.SelectMany(x => x.GetTypes()).ToArray();
        var known = types.ToLookup(x => x.FullName);
        _bodies = types.SelectMany(x => x.Methods).Where(x => x.HasBody).ToLookup(KeyOf);
        _overrides = (from type in types
            from above in Above(type, known)
            from method in type.Methods
            where method.IsVirtual && above.Methods.Any(x => x.Name == method.Name && x.Parameters.Count == method.Parameters.Count)
            select (Base: $"{above.FullName}::{method.Name}", Own: KeyOf(method))).ToLookup(x => x.Base, x => x.Own);
    }

    /// <summary>Each such method, with the one where that begins.</summary>
    public IReadOnlyList<string> Find() =>
    [
        .. (from method in _bodies
            from body in method
            from receiver in Receivers(body)
            from endless in Reached(receiver.DeclaringType.FullName == Runner ? method.Key : KeyOf(receiver))
            select method.Key == endless ? endless : $"{endless}, called by {method.Key}").Distinct().Order(StringComparer.Ordinal),
    ];

    // What a type derives from or implements, of what is known here.
    private static IEnumerable<TypeDefinition> Above(TypeDefinition type, ILookup<string, TypeDefinition> known)
    {
        var direct = type.Interfaces.Select(x => x.InterfaceType).Append(type.BaseType).OfType<TypeReference>().SelectMany(x => known[x.GetElementType().FullName]);
        return direct.SelectMany(x => Above(x, known).Prepend(x)).Distinct();
    }

    // Those that get a token that nobody cancels (`default`, too, as where it is left out): the next call that takes one.
    private static IEnumerable<MethodReference> Receivers(MethodDefinition body) =>
        from instruction in body.Body.Instructions
        where instruction.Operand is MethodReference { Name: "get_None", DeclaringType.Name: nameof(CancellationToken) }
            || (instruction.OpCode == OpCodes.Initobj && instruction.Operand is TypeReference { Name: nameof(CancellationToken) })
        let receiver = After(instruction).Select(x => x.Operand).OfType<MethodReference>().FirstOrDefault(TakesToken)
        where receiver is not null
        select receiver;

    private IEnumerable<string> Reached(string start)
    {
        var seen = new HashSet<string>();
        var left = new Stack<string>([start]);
        while (left.TryPop(out var method))
        {
            if (!seen.Add(method) || !_bodies.Contains(method)) continue;
            if (IsEndless(method)) yield return method;
            foreach (var called in Calls(method).Where(TakesToken).Select(KeyOf).SelectMany(x => _overrides[x].Prepend(x))) left.Push(called);
        }
    }

    // More commands are made there than limited.
    private bool IsEndless(string method)
    {
        var calls = Calls(method).ToList();
        var made = calls.Count(x => !Bounded.Contains(x.Name) && !TakesCommand(x) && (x.ReturnType.FullName == Command || (x.Name == ".ctor" && x.DeclaringType.FullName == Command)));
        return calls.Any(x => x.DeclaringType.FullName == Runner) && made > calls.Count(x => x.Name is "Bounded" or "set_AnswerTime");
    }

    private IEnumerable<MethodReference> Calls(string method) =>
        _bodies[method].SelectMany(x => x.Body.Instructions).Where(x => x.OpCode.FlowControl == FlowControl.Call).Select(x => x.Operand).OfType<MethodReference>();

    private static bool TakesToken(MethodReference method) => method.Parameters.Any(x => x.ParameterType.FullName == typeof(CancellationToken).FullName);

    // It hands the same one on, changed.
    private static bool TakesCommand(MethodReference method) => method.DeclaringType.FullName == Command ? method.Name != ".ctor" : method.Parameters.Any(x => x.ParameterType.FullName == Command);

    private static IEnumerable<Instruction> After(Instruction instruction)
    {
        for (var next = instruction.Next; next is not null; next = next.Next) yield return next;
    }

    // The method as it is written, of which the compiler makes several where it is async or has lambdas. Overloads are one.
    private static string KeyOf(MethodReference method)
    {
        var (type, name) = (method.DeclaringType.GetElementType(), method.Name);
        for (; type.Name.StartsWith('<') && type.DeclaringType is not null; type = type.DeclaringType)
        {
            if (Written().Match(type.Name) is { Success: true } ofType) name = ofType.Groups["name"].Value;
        }

        return $"{type.FullName}::{(Written().Match(name) is { Success: true } written ? written.Groups["name"].Value : name)}";
    }

    [GeneratedRegex(@"\A<+(?<name>[\w.]+)>")]
    private static partial Regex Written();
}
