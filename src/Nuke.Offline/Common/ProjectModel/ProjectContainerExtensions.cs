using Nuke.Common.Utilities;

namespace Nuke.Common.ProjectModel;

/// <summary>Finds what is in a solution or in a folder.</summary>
public static class ProjectContainerExtensions
{
    /// <summary>The project of that name directly in the container; in a solution, anywhere. Null if there is none.</summary>
    public static Project GetProject(this IProjectContainer container, string name) =>
        (container is Solution solution ? solution.AllProjects : container.Projects)
        .FirstOrDefault(x => x.Name.EqualsOrdinalIgnoreCase(name));

    /// <summary>The folder of that name directly in the container; in a solution, anywhere. Null if there is none.</summary>
    public static SolutionFolder GetSolutionFolder(this IProjectContainer container, string name) =>
        (container is Solution solution ? solution.AllSolutionFolders : container.SolutionFolders)
        .FirstOrDefault(x => x.Name.EqualsOrdinalIgnoreCase(name));
}
