namespace Acci.Oci.Registries;

/// <summary>How far a push or a copy is.</summary>
/// <param name="BytesDone">Bytes sent of those that have to be; falls when a part has to be sent again.</param>
/// <param name="BytesTotal">Bytes to be sent: what the registry has already is not counted.</param>
/// <param name="BlobsDone">Blobs that are in the registry now and were not before.</param>
/// <param name="BlobsTotal">Blobs that the registry lacked.</param>
/// <param name="BytesPerSecond">The rate of the last few seconds.</param>
public readonly record struct TransferProgress(long BytesDone, long BytesTotal, int BlobsDone, int BlobsTotal, double BytesPerSecond);
