namespace Acci.Settings;

/// <summary>The setting is a secret: it is never shown, and belongs in a file rather than in a variable.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
