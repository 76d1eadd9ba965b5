using System.Text.Json;
using Acci.Delivery.Sarif;
using Acci.Generation;

namespace Acci.Delivery.GitHub;

/// <summary>
/// What code scanning was sent last for each tool, category, ref and commit, so that running a target again sends nothing twice: <c>artifacts/scan/uploads.json</c>.
/// An analysis replaces the one before it, so only the last one counts.
/// </summary>
internal sealed class UploadLog
{
    /// <summary>The file's name.</summary>
    public const string FileName = "uploads.json";

    private const int MaximumSize = 16 * 1024 * 1024;

    private readonly string _file;
    private readonly Dictionary<string, Upload> _uploads;

    private UploadLog(string file, Dictionary<string, Upload> uploads) => (_file, _uploads) = (file, uploads);

    /// <summary>The log in the file; one that cannot be read counts as empty.</summary>
    public static UploadLog Read(string file)
    {
        try
        {
            return new UploadLog(file, InputFile.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, Upload>>(InputFile.Read(file, MaximumSize)) ?? [] : []);
        }
        catch (Exception exception) when (exception is JsonException or DeliveryException)
        {
            return new UploadLog(file, []);
        }
    }

    /// <summary>What uploads replace each other by.</summary>
    public static string KeyOf(GitHubRepository repository, Analysis analysis, SarifPayload payload) =>
        string.Join(' ', repository, payload.Commit, payload.Ref, analysis.Tool, analysis.Category);

    /// <summary>The last upload; null when there was none.</summary>
    public Upload? Find(string key) => _uploads.GetValueOrDefault(key);

    /// <summary>Takes note of an upload, on disk too.</summary>
    public void Note(string key, Upload upload)
    {
        _uploads[key] = upload;
        Write();
    }

    /// <summary>Takes it as never sent, on disk too.</summary>
    public void Forget(string key)
    {
        _uploads.Remove(key);
        Write();
    }

    private void Write() => AtomicFile.Write(_file, JsonSerializer.Serialize(_uploads) + "\n");

    /// <summary>An upload.</summary>
    /// <param name="Hash">Of the report.</param>
    /// <param name="Id">As what code scanning took it.</param>
    /// <param name="IsProcessed">It is known to have been processed.</param>
    public sealed record Upload(string Hash, string Id, bool IsProcessed);
}
