using System.ComponentModel;
using Nuke.Common.Tooling;

namespace Nuke.Common.Tools.DotNet;

#pragma warning disable IDE1006 // The names are NUKE's.
/// <summary>How much <c>dotnet</c> writes.</summary>
[TypeConverter(typeof(TypeConverter<DotNetVerbosity>))]
public class DotNetVerbosity : Enumeration
{
    /// <summary>Errors and a summary.</summary>
    public static DotNetVerbosity quiet = (DotNetVerbosity)"quiet";

    /// <summary>Also warnings and what was built.</summary>
    public static DotNetVerbosity minimal = (DotNetVerbosity)"minimal";

    /// <summary>Also the main steps.</summary>
    public static DotNetVerbosity normal = (DotNetVerbosity)"normal";

    /// <summary>Also every task.</summary>
    public static DotNetVerbosity detailed = (DotNetVerbosity)"detailed";

    /// <summary>Everything.</summary>
    public static DotNetVerbosity diagnostic = (DotNetVerbosity)"diagnostic";

    /// <summary>Takes the name of a level.</summary>
    public static implicit operator DotNetVerbosity(string value) => new() { Value = value };
}
