using Microsoft.VisualStudio.SolutionPersistence.Model;
using Nuke.Common.IO;

namespace Nuke.Common.ProjectModel;

/// <summary>A project in a solution.</summary>
public class Project : SolutionItem, IAbsolutePathHolder
{
    /// <summary>Takes the project as the solution file has it.</summary>
    public Project(SolutionProjectModel model, Solution solution)
        : base(model, solution)
    {
    }

    /// <summary>The project file, from the solution's directory.</summary>
    public string RelativePath => GetModel().FilePath;

    /// <summary>The project file.</summary>
    public AbsolutePath Path => Solution.Directory / RelativePath;

    /// <summary>Where the project file is.</summary>
    public AbsolutePath Directory => Path.Parent;

    /// <summary>The name of the project file.</summary>
    public string FileName => Path.Name;

    /// <summary>The project file.</summary>
    public static implicit operator string(Project project) => project?.Path;

    /// <summary>The project file.</summary>
    public static implicit operator AbsolutePath(Project project) => project?.Path;

    /// <summary>The project as the solution file has it.</summary>
    public SolutionProjectModel GetModel() => (SolutionProjectModel)Model;
}
