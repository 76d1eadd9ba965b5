using System.Text.Json;
using Acci.Delivery.Processes;
using NuGet.Versioning;

namespace Acci.Delivery.Signing;

/// <summary>Which cosign a program is. Source: cosign, <c>cosign version --json</c>, field <c>gitVersion</c>.</summary>
internal static class CosignVersion
{
    private const int Oldest = 3;

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(60);

    /// <summary>Makes sure that it is one whose signatures this build reads. A program that does not say a version, such as a distribution's, is taken.</summary>
    /// <param name="program">The program.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <param name="patience">How long it has for an answer; 60 seconds when nothing is said.</param>
    /// <exception cref="DeliveryException">It is too old, or says nothing.</exception>
    public static async Task EnsureSupportedAsync(string program, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        var answer = await CommandRunner.TryRunAsync(new Command(program, "version", "--json") { AnswerTime = patience ?? AnswerTime }, cancellationToken: cancellationToken);
        if (Read(answer.StandardOutput) is not { } version || version.Major >= Oldest) return;
        throw new DeliveryException(
            $"{program} is cosign {version}, and this build needs cosign {Oldest}: it signs with bundles beside the image, which cosign {version.Major} does not look for. "
            + "Install it: https://docs.sigstore.dev/cosign");
    }

    private static SemanticVersion? Read(string json)
    {
        try
        {
            using var answer = JsonDocument.Parse(json);
            return SemanticVersion.TryParse(answer.RootElement.GetProperty("gitVersion").GetString()?.TrimStart('v') ?? "", out var version) ? version : null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
