using Acci.Oci.Retries;

namespace Acci.Oci.Registries;

/// <summary>Where a blob is sent from, it ended before its size was reached: the source broke off, or the blob is shorter than what names it says.</summary>
internal sealed class SourceEndedException(string message) : TransientException(message);
