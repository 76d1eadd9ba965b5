using System.Reflection;
using Nuke.Common.ValueInjection;

namespace Nuke.Common;

/// <summary>A parameter: its value comes from the command line, the environment or the parameter files.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public class ParameterAttribute : ValueInjectionAttributeBase
{
    /// <summary>Takes a line for the help.</summary>
    public ParameterAttribute(string description = null) => Description = description;

    /// <summary>A line for the help.</summary>
    public virtual string Description { get; }

    /// <summary>What the parameter is called, if not like its member.</summary>
    public string Name { get; set; }

    /// <summary>A character between the items of an array.</summary>
    public string Separator { get; set; }

    /// <summary>Whether the help lists the parameter.</summary>
    public virtual bool List { get; set; } = true;

    /// <summary>A member with the values to choose from.</summary>
    public string ValueProviderMember { get; set; }

    /// <summary>The type of <see cref="ValueProviderMember"/>, if not the build's own.</summary>
    public Type ValueProviderType { get; set; }

    /// <inheritdoc/>
    public override object GetValue(MemberInfo member, object instance) => ParameterService.Instance.GetValue(member, this);

    /// <summary>The values to choose from, each with its name; null if anything goes.</summary>
    public virtual IEnumerable<(string Text, object Object)> GetValueSet(MemberInfo member, object instance) =>
        ParameterValues.Of(member, this, instance);
}
