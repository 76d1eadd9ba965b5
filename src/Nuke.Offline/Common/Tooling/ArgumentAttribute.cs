namespace Nuke.Common.Tooling;

/// <summary>How a property of a tool's options is written on its command line.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class ArgumentAttribute : Attribute
{
    /// <summary>The text, with <c>{value}</c>, and <c>{key}</c> for dictionaries. Without <c>{value}</c> it is a switch.</summary>
    public string Format { get; set; }

    /// <summary>1, 2 …: directly after the command; -1 …: at the end; 0: in the order in which values were set.</summary>
    public int Position { get; set; }

    /// <summary>Joins the items of a list into one argument.</summary>
    public string Separator { get; set; }

    /// <summary>Whether the value is kept out of the log.</summary>
    public bool Secret { get; set; }
}
