namespace Acci.Delivery.Publishing;

/// <summary>What is known of a write of a tag.</summary>
internal enum WriteAnswer
{
    /// <summary>It was refused, or never sent.</summary>
    Refused,

    /// <summary>The registry did not answer, at least once, and may still carry it out.</summary>
    None,

    /// <summary>The registry accepted it, and has not shown it since.</summary>
    NotShown,

    /// <summary>The registry accepted it.</summary>
    Accepted,
}
