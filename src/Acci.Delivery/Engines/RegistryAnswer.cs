namespace Acci.Delivery.Engines;

/// <summary>What a registry does that is asked from this machine.</summary>
public enum RegistryAnswer
{
    /// <summary>It answers, if only to refuse.</summary>
    Answers,

    /// <summary>It takes connections, and says nothing within the time that a silent one is waited for.</summary>
    Silent,

    /// <summary>It cannot be reached from here, which says nothing of what engines elsewhere reach.</summary>
    NotReached,
}
