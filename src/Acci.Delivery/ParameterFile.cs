namespace Acci.Delivery;

/// <summary>A file that a parameter names.</summary>
internal static class ParameterFile
{
    /// <summary>Whether it is there.</summary>
    /// <param name="parameter">The parameter as people type it, <c>--vex</c>.</param>
    /// <param name="named">The file as it was typed.</param>
    /// <param name="path">Where it is.</param>
    /// <exception cref="WrongUseException">There is a folder in its place, or it cannot be told.</exception>
    public static bool Exists(string parameter, string named, string path) => WrongUseException.Read(
        parameter,
        () => InputFile.IsFolder(path) ? throw new WrongUseException($"{parameter}: '{named}' is a folder. Name a file.") : InputFile.Exists(path));

    /// <summary>Makes sure that it is there.</summary>
    /// <exception cref="WrongUseException">It is not.</exception>
    /// <inheritdoc cref="Exists"/>
    public static void EnsureExists(string parameter, string named, string path)
    {
        if (!Exists(parameter, named, path)) throw new WrongUseException($"{parameter}: there is no file '{named}'.");
    }
}
