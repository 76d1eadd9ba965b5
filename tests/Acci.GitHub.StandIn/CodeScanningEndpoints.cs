using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Acci.GitHub.StandIn;

/// <summary>Uploads of SARIF and how their processing goes.</summary>
internal static class CodeScanningEndpoints
{
    public static IEnumerable<KeyValuePair<string, Func<RecordedRequest, ApiOperation, Answer>>> Of(GitHubStandIn gitHub) => new Dictionary<string, Func<RecordedRequest, ApiOperation, Answer>>
    {
        ["code-scanning/upload-sarif"] = (request, _) => gitHub.In(request, repository =>
        {
            if (Unpack(request.Text("sarif")) is not { } sarif) return Answer.Error(400, "Invalid SARIF: it is not gzip, or not JSON, or not base64");
            var upload = new SarifUpload(Guid.NewGuid().ToString(), request.Body!, sarif) { Errors = repository.ProcessingErrors };
            repository.SarifUploads.Add(upload);
            return new Answer(202, new JsonObject { ["id"] = upload.Id, ["url"] = $"{request.Server}repos/{repository.FullName}/code-scanning/sarifs/{upload.Id}" });
        }),
        ["code-scanning/get-sarif"] = (request, _) => gitHub.In(request, repository =>
        {
            if (repository.SarifUploads.Find(x => x.Id == request.Path["sarif_id"]) is not { } upload) return Answer.NotFound();
            var pending = upload.Questions++ < repository.PendingAnswers;
            return new Answer(200, new JsonObject
            {
                ["processing_status"] = pending ? "pending" : upload.Errors.Count > 0 ? "failed" : "complete",
                ["analyses_url"] = pending ? null : $"{request.Server}repos/{repository.FullName}/code-scanning/analyses?sarif_id={upload.Id}",
                ["errors"] = pending || upload.Errors.Count == 0 ? null : new JsonArray([.. upload.Errors.Select(x => (JsonNode)x)]),
            });
        }),
    };

    private static JsonNode? Unpack(string text)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(text)), CompressionMode.Decompress);
            return JsonNode.Parse(gzip);
        }
        catch (Exception exception) when (exception is FormatException or InvalidDataException or JsonException)
        {
            return null;
        }
    }
}
