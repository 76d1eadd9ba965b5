using System.IO.Enumeration;
using Microsoft.VisualStudio.SolutionPersistence;
using Microsoft.VisualStudio.SolutionPersistence.Model;
using Microsoft.VisualStudio.SolutionPersistence.Serializer;
using Nuke.Common.IO;
using Nuke.Common.Utilities;

namespace Nuke.Common.ProjectModel;

/// <summary>A solution: <c>.sln</c> or <c>.slnx</c>. A file is read once something in it is asked for.</summary>
public class Solution : IProjectContainer, IAbsolutePathHolder
{
    private readonly Lazy<SolutionModel> _model;
    private readonly Lazy<IReadOnlyCollection<Project>> _projects;
    private readonly Lazy<IReadOnlyCollection<SolutionFolder>> _folders;

    /// <summary>Takes the solution as its file has it.</summary>
    public Solution(SolutionModel model, AbsolutePath path = null)
        : this(new Lazy<SolutionModel>(model), path)
    {
    }

    private Solution(Lazy<SolutionModel> model, AbsolutePath path)
    {
        _model = model;
        Path = path;
        _projects = new Lazy<IReadOnlyCollection<Project>>(() =>
            _model.Value.SolutionProjects.Select(x => new Project(x, this)).ToList());
        _folders = new Lazy<IReadOnlyCollection<SolutionFolder>>(() =>
            _model.Value.SolutionFolders.Select(x => new SolutionFolder(x, this)).ToList());
    }

    /// <summary>The solution file.</summary>
    public AbsolutePath Path { get; set; }

    /// <summary>Its name, without extension.</summary>
    public string Name => Path?.NameWithoutExtension;

    /// <summary>Its name, with extension.</summary>
    public string FileName => Path?.Name;

    /// <summary>Where the solution file is.</summary>
    public AbsolutePath Directory => Path?.Parent;

    /// <summary>All projects.</summary>
    public IReadOnlyCollection<Project> AllProjects => _projects.Value;

    /// <summary>All folders.</summary>
    public IReadOnlyCollection<SolutionFolder> AllSolutionFolders => _folders.Value;

    /// <summary>The projects that are in no folder.</summary>
    public IReadOnlyCollection<Project> Projects => AllProjects.Where(x => x.Model.Parent is null).ToList();

    /// <summary>The folders that are in no other folder.</summary>
    public IReadOnlyCollection<SolutionFolder> SolutionFolders => AllSolutionFolders.Where(x => x.Model.Parent is null).ToList();

    IProjectContainer IProjectContainer.Parent => null;

    /// <summary>The solution file.</summary>
    public static implicit operator string(Solution solution) => solution?.Path;

    /// <summary>The solution file.</summary>
    public static implicit operator AbsolutePath(Solution solution) => solution?.Path;

    /// <summary>The projects whose names match a pattern with <c>*</c>.</summary>
    public IEnumerable<Project> GetAllProjects(string wildcardPattern) =>
        AllProjects.Where(x => FileSystemName.MatchesSimpleExpression(wildcardPattern, x.Name));

    /// <summary>The solution as its file has it.</summary>
    public SolutionModel GetModel() => _model.Value;

    /// <summary>Writes the solution to its file, or to another one.</summary>
    public void Save(AbsolutePath path = null)
    {
        path ??= Path;
        SerializerOf(path).SaveAsync(path, _model.Value, CancellationToken.None).GetAwaiter().GetResult();
    }

    internal static Solution Open(AbsolutePath path)
    {
        Check.That(File.Exists(path), $"Solution file does not exist: {path}");
        return new Solution(new Lazy<SolutionModel>(() => SerializerOf(path).OpenAsync(path, CancellationToken.None).GetAwaiter().GetResult()), path);
    }

    internal IProjectContainer ContainerOf(SolutionFolderModel folder) => folder is null ? this : AllSolutionFolders.Single(x => x.Model == folder);

    private static ISolutionSerializer SerializerOf(AbsolutePath path) =>
        SolutionSerializers.GetSerializerByMoniker(path) ?? throw new ArgumentException($"'{path}' is neither a .sln nor a .slnx file", nameof(path));
}
