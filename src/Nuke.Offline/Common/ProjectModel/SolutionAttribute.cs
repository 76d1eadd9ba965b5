using System.Reflection;
using Nuke.Common.IO;
using Nuke.Common.ValueInjection;
using Nuke.Common.Utilities;

namespace Nuke.Common.ProjectModel;

/// <summary>The solution of the repository: the file given here, else the parameter named like the member, else the only one at the root.</summary>
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
        var path = _relativePath ?? (string)ParameterService.Instance.GetValue(ParameterService.NameOf(member, this), typeof(string)) ?? OnlyOne();
        return (PathConstruction.HasPathRoot(path) ? (AbsolutePath)path : Build.RootDirectory / path).ReadSolution();
    }

    private string OnlyOne()
    {
        var files = Build.RootDirectory.GetFiles("*.sln").Concat(Build.RootDirectory.GetFiles("*.slnx")).ToList();
        Check.That(
            files.Count == 1,
            $"Found {files.Count} solution files in {Build.RootDirectory}; name one in the attribute, or with the parameter");
        return files[0];
    }
}
