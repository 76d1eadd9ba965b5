using Microsoft.VisualStudio.SolutionPersistence.Model;

namespace Nuke.Common.ProjectModel;

/// <summary>A project or a folder in a solution.</summary>
public class SolutionItem
{
    /// <summary>Takes the item as the solution file has it.</summary>
    public SolutionItem(SolutionItemModel model, Solution solution)
    {
        Model = model;
        Solution = solution;
    }

    /// <summary>Its name.</summary>
    public string Name => Model.ActualDisplayName;

    /// <summary>The solution it is in.</summary>
    public Solution Solution { get; }

    /// <summary>The folder it is in, or the solution.</summary>
    public IProjectContainer Parent => Solution.ContainerOf(Model.Parent);

    internal SolutionItemModel Model { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
