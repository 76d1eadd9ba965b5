using System.ComponentModel.DataAnnotations;
using Acci.Delivery;
using Nuke.Common;

namespace Acci.Components;

/// <summary>How long a server that fails is tried again: a registry, GitHub, what cosign asks.</summary>
public interface IHazRetries : INukeBuild
{
    /// <summary>How long, in seconds.</summary>
    [Parameter("Seconds for which a registry that went away is tried again, counted from its first failure; default: 120"), Range(0, 86_400)]
    int RetryBudget => TryGetValue<int?>(() => RetryBudget) ?? (int)DeliveryOptions.DefaultRetryBudget.TotalSeconds;
}
