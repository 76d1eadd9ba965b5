using System.Reflection;
using Nuke.Common.Utilities;
using Serilog;

namespace Nuke.Common.ValueInjection;

/// <summary>Gives a member of the build its value.</summary>
public abstract class ValueInjectionAttributeBase : Attribute
{
    /// <summary>The build.</summary>
    public INukeBuild Build { get; internal set; }

    /// <summary>Members with a higher priority get their values first.</summary>
    public virtual int Priority => 0;

    /// <summary>Whether nothing is said if the value cannot be had.</summary>
    public virtual bool SuppressWarnings => false;

    /// <summary>The value; an exception if it cannot be had.</summary>
    public abstract object GetValue(MemberInfo member, object instance);

    /// <summary>The value; null, and a warning, if it cannot be had.</summary>
    public object TryGetValue(MemberInfo member, object instance)
    {
        try
        {
            return GetValue(member, instance);
        }
        catch (Exception exception) when (exception is not EncryptedValueException)
        {
            if (!SuppressWarnings && !member.IsDefined(typeof(OptionalAttribute)))
                Log.Warning(exception.Unwrap(), "Could not inject value for {Member}", $"{member.DeclaringType?.Name}.{member.ShortName()}");
            return null;
        }
    }

    /// <summary>The value of another member of the build.</summary>
    protected T GetMemberValue<T>(string memberName, object instance)
    {
        var member = instance.NotNull().GetType().FindMember(memberName);
        Check.That(member is not null, $"Could not find member '{memberName}' on type '{instance.GetType().Name}'");
        return (T)member.GetValueOf(instance);
    }

    /// <summary>The value of another member of the build, or the type's default if no name is given.</summary>
    protected T GetMemberValueOrNull<T>(string memberName, object instance) => memberName is null ? default : GetMemberValue<T>(memberName, instance);
}
