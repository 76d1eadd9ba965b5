using Acci.Delivery.Tests;
using Acci.Delivery.Tests.Bootstrap;
using Acci.Delivery.Tests.Diagnosis;
using Acci.Delivery.Tests.Processes;
using Acci.Delivery.Tests.Publishing;
using Acci.Delivery.Tests.Signing;
using Acci.Testing;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Acci.Delivery.Tests;

/// <summary>Those of more than a minute.</summary>
public sealed class LongestFirst() : CollectionOrder(
    nameof(KeylessTests), nameof(MissingSignatureTests), nameof(TagTransactionTests), nameof(StrangersBundleTests), nameof(PreflightTests), nameof(TamperingTests),
    nameof(BootstrapTests), nameof(PromotionTests), nameof(SilentProgramTests), nameof(CosignTests));
