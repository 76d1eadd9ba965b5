using Acci.Delivery.Processes;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>The builder that a command of buildx uses.</summary>
/// <param name="Name">Its name; empty where it is not known.</param>
/// <param name="Driver">Its driver; empty where it is not known.</param>
/// <param name="Endpoint">Where its first node is; empty where it is not known.</param>
internal sealed record UsedBuilder(string Name, string Driver, string Endpoint)
{
    /// <summary>It is the BuildKit of the engine, which has the engine's images.</summary>
    public bool IsOfEngine => Driver == "docker";

    /// <summary>
    /// How it loses the half of a copy that was interrupted. Removing a builder that buildx started removes what it holds. The others drop what interrupted builds were
    /// writing when they start. Source: buildx, driver/*/driver.go, Rm; moby/buildkit, worker/base/worker.go, NewWorker.
    /// </summary>
    public string Renewal => Driver switch
    {
        "docker-container" or "kubernetes" => $"Remove the builder with `docker buildx rm {Name}`",
        "docker" => "Restart the Docker engine",
        "remote" => $"Restart the BuildKit at {Endpoint}",
        _ => "Restart the BuildKit of this builder",
    };

    /// <summary>Finds it.</summary>
    /// <param name="engine">The engine, with the builder that its builds name.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    public static async Task<UsedBuilder> FindAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        try
        {
            var text = await engine.AskAsync(["buildx", "inspect", .. engine.Builder is { } name ? [name] : Array.Empty<string>()], cancellationToken) ?? "";
            return new UsedBuilder(Field("Name"), Field("Driver"), Field("Endpoint"));

            string Field(string field) => SafeText.Terminal(DockerEngine.Field(text, field) ?? "");
        }
        catch (NoAnswerException exception)
        {
            Log.Debug("The builder is not known: {Problem:l}", exception.Message);
            return new UsedBuilder("", "", "");
        }
    }
}
