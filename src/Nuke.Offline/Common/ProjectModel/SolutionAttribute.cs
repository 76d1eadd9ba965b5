using System.Reflection;
using Nuke.Common.IO;
using Nuke.Common.ValueInjection;

namespace Nuke.Common.ProjectModel;

/// <summary>The solution of the repository: the file given here, else the parameter named like the member.</summary>
public class SolutionAttribute : ParameterAttribute
{
    private readonly string _relativePath;

    /// <summary>Takes the file, from the root of the repository.</summary>
    public SolutionAttribute(string relativePath)
        : this() => _relativePath = relativePath;

    /// <summary>Leaves the file to a parameter.</summary>
    public SolutionAttribute()
        : base("Path to a solution file that is automatically loaded")
    {
    }

    /// <inheritdoc/>
    public override bool List { get; set; }

    /// <inheritdoc/>
    public override object GetValue(MemberInfo member, object instance)
    {
        var path = _relativePath is null
            ? (AbsolutePath)ParameterService.Instance.GetValue(ParameterService.NameOf(member, this), typeof(AbsolutePath))
            : Build.RootDirectory / _relativePath;
        return path.NotNull($"No solution file defined for '{member.Name}'").ReadSolution();
    }
}
