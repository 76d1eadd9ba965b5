namespace Acci.Delivery.Processes;

/// <summary>
/// Nobody knows: what was asked did not answer in time. That is neither a yes nor a no, so nothing may be decided on it.
/// </summary>
/// <param name="asked">What was asked: a command, an address.</param>
/// <param name="waited">How long it had.</param>
/// <param name="advice">What to do about it, one or more sentences.</param>
public sealed class NoAnswerException(string asked, TimeSpan waited, string advice) : DeliveryException(
    string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{asked} did not answer within {waited.TotalSeconds:0.###} s. {advice}"));
