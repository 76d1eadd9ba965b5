namespace Acci.Delivery.Engines;

/// <summary>
/// The proxies of a docker-container builder, which buildx gives none: those that its engine has. Those of this build may lead nowhere from the engine's machine. Source: buildx,
/// docs of the docker-container driver, option <c>env.key=value</c>.
/// </summary>
internal static class BuilderProxies
{
    private static readonly string[] Names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

    /// <summary>The variables, in the order of their names.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="leaveOut">Is told the name of one that has a login, which would be among a command's arguments.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    public static async Task<IReadOnlyList<(string Name, string Value)>> FindAsync(DockerEngine engine, Action<string>? leaveOut, CancellationToken cancellationToken)
    {
        var ofEngine = (await EngineDetails.ReadAsync(engine, cancellationToken)).Proxies;
        var found = new List<(string, string)>();
        foreach (var name in Names)
        {
            if (ofEngine.GetValueOrDefault(name) is not { Length: > 0 } value) continue;
            // Of an engine's, docker does not tell the login.
            if (value.Contains('@', StringComparison.Ordinal)) leaveOut?.Invoke(name);
            else found.Add((name, value));
        }

        return found;
    }
}
