namespace Acci.Delivery.Engines;

/// <summary>What a server answers that is asked whether it is well.</summary>
/// <param name="IsGood">Whether it is; null where nothing answers.</param>
/// <param name="Text">The answer's status, and where it leads; or why there is none.</param>
public sealed record HttpProbeAnswer(bool? IsGood, string Text);
