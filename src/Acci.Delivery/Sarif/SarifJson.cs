using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis.Sarif;
using Newtonsoft.Json;
using Newtonsoft.Json.Serialization;

namespace Acci.Delivery.Sarif;

/// <summary>
/// SARIF's library leaves out a level that is the default, and cannot tell it from one that was never there; with a rule that has another level this would change what a
/// result means. So it is remembered who has a level, and every result is written with its own. It also leaves out texts that are empty, which may have to be there.
/// </summary>
internal sealed class SarifJson : DefaultContractResolver
{
    private static readonly SarifJson Instance = new();
    private static readonly ConditionalWeakTable<Result, object> WithLevel = [];

    /// <summary>What reads and writes SARIF.</summary>
    public static JsonSerializer Create() => new() { ContractResolver = Instance };

    /// <summary>The result was read with a level of its own.</summary>
    public static bool HasLevel(Result result) => WithLevel.TryGetValue(result, out _);

    /// <inheritdoc/>
    protected override JsonProperty CreateProperty(MemberInfo member, MemberSerialization memberSerialization)
    {
        var property = base.CreateProperty(member, memberSerialization);
        // A result's own identifier of its rule is left out for another reason: its reference to the rule has it.
        if (property is { PropertyType: var type, ShouldSerialize: not null } && type == typeof(string) && member.DeclaringType != typeof(Result))
            property.ShouldSerialize = holder => property.ValueProvider!.GetValue(holder) is not null;
        if (member.DeclaringType != typeof(Result) || property.PropertyName != "level") return property;
        property.DefaultValueHandling = DefaultValueHandling.Include;
        property.ShouldSerialize = _ => true;
        property.SetIsSpecified = (result, _) => WithLevel.TryAdd((Result)result, true);
        return property;
    }
}
