namespace Nuke.Common.ValueInjection;

/// <summary>A value is there but cannot be read: to go on without it would be wrong.</summary>
internal sealed class EncryptedValueException(string message) : Exception(message);
