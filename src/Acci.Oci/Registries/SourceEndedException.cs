using Acci.Oci.Retries;

namespace Acci.Oci.Registries;

/// <summary>Where a blob is sent from, it ended before its size was reached: it broke off, or the blob is shorter than was said.</summary>
internal sealed class SourceEndedException(string message) : TransientException(message);
