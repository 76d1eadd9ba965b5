using System.ComponentModel;
using System.Globalization;
using Nuke.Common.Utilities;

namespace Nuke.Common.CI;

/// <summary>One part of work that is split over several machines.</summary>
[TypeConverter(typeof(TypeConverter))]
public class Partition
{
    /// <summary>All of the work.</summary>
    public static Partition Single { get; } = new() { Part = 1, Total = 1 };

    /// <summary>Which part this is, from 1.</summary>
    public int Part { get; set; }

    /// <summary>How many parts there are.</summary>
    public int Total { get; set; }

    /// <summary>The items that belong to this part.</summary>
    public IEnumerable<T> GetCurrent<T>(IEnumerable<T> enumerable) => enumerable.Where((_, i) => i % Total == Part - 1);

    /// <summary>Whether this is that part.</summary>
    public bool IsIn(int part) => Part == part;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Part}/{Total}");

    /// <summary>Reads <c>2/3</c>, or <c>2</c>.</summary>
    public class TypeConverter : System.ComponentModel.TypeConverter
    {
        /// <inheritdoc/>
        public override bool CanConvertFrom(ITypeDescriptorContext context, Type sourceType) =>
            sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

        /// <inheritdoc/>
        public override object ConvertFrom(ITypeDescriptorContext context, CultureInfo culture, object value)
        {
            if (value is not string text)
                return base.ConvertFrom(context, culture, value);
            var numbers = text.Split('/').Select(x => int.Parse(x, CultureInfo.InvariantCulture)).ToArray();
            Check.That(numbers is [> 0] || (numbers is [> 0, > 0] && numbers[0] <= numbers[1]), $"'{text}' is no partition such as '2/3'");
            return new Partition { Part = numbers[0], Total = numbers[^1] };
        }
    }
}
