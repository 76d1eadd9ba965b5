using Microsoft.VisualStudio.SolutionPersistence.Model;

namespace Nuke.Common.ProjectModel;

/// <summary>A folder in a solution.</summary>
public class SolutionFolder : SolutionItem, IProjectContainer
{
    /// <summary>Takes the folder as the solution file has it.</summary>
    public SolutionFolder(SolutionFolderModel model, Solution solution)
        : base(model, solution)
    {
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<Project> Projects => Solution.AllProjects.Where(x => x.Model.Parent == Model).ToList();

    /// <inheritdoc/>
    public IReadOnlyCollection<SolutionFolder> SolutionFolders => Solution.AllSolutionFolders.Where(x => x.Model.Parent == Model).ToList();

    /// <summary>The folder as the solution file has it.</summary>
    public SolutionFolderModel GetModel() => (SolutionFolderModel)Model;
}
