using System.Text.Json.Nodes;

namespace Acci.GitHub.StandIn;

/// <summary>An analysis that was uploaded.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Request">The request's body.</param>
/// <param name="Sarif">The report itself, unpacked.</param>
public sealed record SarifUpload(string Id, JsonNode Request, JsonNode Sarif)
{
    /// <summary>How often it was asked about.</summary>
    public int Questions { get; set; }

    /// <summary>What was found wrong with it.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];
}
