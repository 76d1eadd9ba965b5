using Nuke.Common.IO;
using Nuke.Common.ProjectModel;

namespace Acci.Components;

/// <summary>The solution that somebody names for a build. Both engines read it only when a target asks for it.</summary>
internal static class SolutionFile
{
    /// <summary>Why the path names no solution, as the end of a sentence that says what has it; null when it names one.</summary>
    /// <param name="path">The path.</param>
    /// <param name="folder">Where a relative path starts.</param>
    public static string? Problem(string path, string folder)
    {
        try
        {
            var file = (AbsolutePath)Path.GetFullPath(path, folder);
            if (!File.Exists(file)) return $"cannot be '{path}': there is no file {file}";
            if (Path.GetExtension(file).ToLowerInvariant() is not (".sln" or ".slnx")) return $"cannot be '{path}': it is neither a .sln nor a .slnx file";
            file.ReadSolution().GetModel();
            return null;
        }
        catch (Exception exception)
        {
            return $"cannot be '{path}': {exception.GetBaseException().Message.TrimEnd('.')}";
        }
    }
}
