using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace Nuke.Common.Tooling;

/// <summary>A set of named values: static fields of a derived class.</summary>
public abstract class Enumeration
{
    /// <summary>A value without a name yet.</summary>
    protected Enumeration()
    {
    }

    /// <summary>What the value is called.</summary>
    protected string Value { get; set; }

    /// <summary>What the value is called.</summary>
    public static implicit operator string(Enumeration value) => value?.Value;

    /// <summary>Whether both are the same value.</summary>
    public static bool operator ==(Enumeration a, Enumeration b) => Equals(a, b);

    /// <summary>Whether they are different values.</summary>
    public static bool operator !=(Enumeration a, Enumeration b) => !Equals(a, b);

    /// <summary>Whether both are called the same.</summary>
    protected bool Equals(Enumeration other) => other is not null && string.Equals(Value, other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is Enumeration other && other.GetType() == GetType() && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value?.GetHashCode(StringComparison.Ordinal) ?? 0;

    /// <inheritdoc/>
    public override string ToString() => Value;

    internal static IEnumerable<Enumeration> ValuesOf(Type type) => type
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(x => x.FieldType == type)
        .Select(x => (Enumeration)x.GetValue(null));

    /// <summary>Finds the value of a name, in any casing.</summary>
    public class TypeConverter<T> : TypeConverter
        where T : Enumeration
    {
        /// <inheritdoc/>
        public override bool CanConvertFrom(ITypeDescriptorContext context, Type sourceType) =>
            sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

        /// <inheritdoc/>
        public override object ConvertFrom(ITypeDescriptorContext context, CultureInfo culture, object value)
        {
            if (value is not string name)
                return base.ConvertFrom(context, culture, value);
            return ValuesOf(typeof(T)).FirstOrDefault(x => string.Equals(x.Value, name, StringComparison.OrdinalIgnoreCase)) ??
                   throw new ArgumentException($"'{name}' is none of {string.Join(", ", ValuesOf(typeof(T)))}", nameof(value));
        }
    }
}
