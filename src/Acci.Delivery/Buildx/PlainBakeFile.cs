using Acci.Delivery.Images;
using Acci.Generation;

namespace Acci.Delivery.Buildx;

/// <summary>
/// The bake file in the repository's root, for those who build the images without this build: <c>docker buildx bake</c>, from the base images as the Dockerfiles name them.
/// What a build would put in (version, commit, time) are its variables.
/// </summary>
public static class PlainBakeFile
{
    private static readonly IReadOnlyDictionary<string, BakeVariable> Variables = new SortedDictionary<string, BakeVariable>(StringComparer.Ordinal)
    {
        ["REVISION"] = new("unknown"),
        ["SOURCE_DATE_EPOCH"] = new("0"),
        ["VERSION"] = new("0.0.0-dev"),
    };

    /// <summary><c>docker-bake.json</c>, which bake finds by itself.</summary>
    public static GeneratedFile Of(IEnumerable<ImageDefinition> images) => new(
        "docker-bake.json",
        (BakeFile.Of(images.Select(image => KeyValuePair.Create(image.Name, TargetOf(image)))) with { Variable = Variables }).ToJson());

    private static BakeTarget TargetOf(ImageDefinition image)
    {
        var arguments = BakeArgument.Literal(image.BuildArguments);
        foreach (var name in Variables.Keys) arguments[name] = BakeArgument.Variable(name);
        return new BakeTarget
        {
            Context = image.Context,
            Dockerfile = Path.GetRelativePath(image.Context, image.Dockerfile).Replace('\\', '/'),
            Target = image.Target,
            Platforms = [.. image.Platforms.Select(x => x.ToString())],
            Args = arguments,
            Labels = image.Labels.Count == 0 ? null : new SortedDictionary<string, string>(image.Labels.ToDictionary(), StringComparer.Ordinal),
            Attest = ["type=provenance,mode=max,version=v1", "type=sbom"],
        };
    }
}
