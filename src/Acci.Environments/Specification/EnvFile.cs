namespace Acci.Environments.Specification;

/// <summary>A file with variables. Source: Compose specification, <c>env_file</c>.</summary>
/// <param name="Path">Where it lies, relative to the compose file.</param>
/// <param name="Required">Whether its absence is an error; it is when nothing is said.</param>
/// <param name="Format"><c>raw</c>: values are taken as they are, quotes and all.</param>
public sealed record EnvFile(Scalar Path, bool? Required = null, string? Format = null)
{
    internal const string Raw = "raw";
}
