using System.Text;
using Acci.Generation;
using Microsoft.CodeAnalysis.Sarif;
using Newtonsoft.Json;

namespace Acci.Delivery.Sarif;

/// <summary>Writes SARIF.</summary>
public static class SarifWriter
{
    /// <summary>Writes a report, UTF-8 without a byte order mark; the stream stays open.</summary>
    public static void Write(SarifLog log, Stream stream)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 65536, leaveOpen: true);
        using var json = new JsonTextWriter(writer) { CloseOutput = false };
        SarifJson.Create().Serialize(json, log);
    }

    /// <summary>Writes a report to a file; who reads it sees the old one or the new one, never half of one.</summary>
    public static void Write(SarifLog log, string file) => AtomicFile.Write(file, stream => Write(log, stream));
}
