using Acci.Delivery.Processes;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>
/// The proxies of a docker-container builder, which buildx gives none: those that its engine has, else those of this build. Source: buildx, docs of the docker-container driver,
/// option <c>env.key=value</c>.
/// </summary>
internal static class BuilderProxies
{
    private static readonly string[] Names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

    /// <summary>The variables, in the order of their names.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    public static async Task<IReadOnlyList<(string Name, string Value)>> FindAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        var ofEngine = (await EngineDetails.ReadAsync(engine, cancellationToken)).Proxies;
        Func<string, string?> find = ofEngine.Count > 0 ? ofEngine.GetValueOrDefault : x => engine.Process.Find(x) ?? engine.Process.Find(x.ToLowerInvariant());
        var found = new List<(string, string)>();
        foreach (var name in Names)
        {
            if (find(name) is not { Length: > 0 } value) continue;
            // A login would be among a command's arguments, and docker does not tell an engine's.
            if (value.Contains('@', StringComparison.Ordinal)) Log.Warning("The builder gets no {Name:l}, because that has a login. Make a builder that has it, and name it with BUILDX_BUILDER", name);
            else found.Add((name, value));
        }

        return found;
    }
}
