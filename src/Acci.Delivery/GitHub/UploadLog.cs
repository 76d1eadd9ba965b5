using System.Text.Json;

namespace Acci.Delivery.GitHub;

/// <summary>What was uploaded to code scanning before, so that running a target again sends nothing twice: <c>artifacts/scan/uploads.json</c>.</summary>
internal sealed record UploadLog
{
    /// <summary>The file's name.</summary>
    public const string FileName = "uploads.json";

    private readonly string _file;
    private readonly string _repository;
    private readonly IReadOnlyDictionary<string, string> _uploads;

    private UploadLog(string file, string repository, IReadOnlyDictionary<string, string> uploads) => (_file, _repository, _uploads) = (file, repository, uploads);

    /// <summary>The log in the file; one that cannot be read counts as empty.</summary>
    public static UploadLog Read(string file, string repository)
    {
        try
        {
            return new UploadLog(file, repository, File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(file)) ?? [] : []);
        }
        catch (JsonException)
        {
            return new UploadLog(file, repository, new Dictionary<string, string>());
        }
    }

    /// <summary>As what it was uploaded; null when it was not.</summary>
    public string? Find(SarifPayload payload) => _uploads.GetValueOrDefault(KeyOf(payload));

    /// <summary>The log with an upload more, on disk too.</summary>
    public UploadLog With(SarifPayload payload, string id) => Write(new Dictionary<string, string>(_uploads) { [KeyOf(payload)] = id });

    /// <summary>The log without an upload, on disk too.</summary>
    public UploadLog Without(string id) => Write(_uploads.Where(x => x.Value != id).ToDictionary());

    private string KeyOf(SarifPayload payload) => $"{_repository} {payload.Identity}";

    private UploadLog Write(Dictionary<string, string> uploads)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        var draft = $"{_file}.{Environment.ProcessId}";
        File.WriteAllText(draft, JsonSerializer.Serialize(uploads) + "\n");
        File.Move(draft, _file, overwrite: true);
        return new UploadLog(_file, _repository, uploads);
    }
}
