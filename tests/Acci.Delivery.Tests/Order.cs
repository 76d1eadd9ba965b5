using Acci.Delivery.Tests;
using Acci.Delivery.Tests.Bootstrap;
using Acci.Delivery.Tests.Diagnosis;
using Acci.Delivery.Tests.Publishing;
using Acci.Delivery.Tests.Signing;
using Acci.Delivery.Tests.Versioning;
using Acci.Testing;

[assembly: TestCollectionOrderer(typeof(Order))]

namespace Acci.Delivery.Tests;

/// <summary>Those of more than a minute.</summary>
public sealed class Order() : LongestFirst(
    nameof(KeylessTests), nameof(MissingSignatureTests), nameof(TagTransactionTests), nameof(StrangersBundleTests), nameof(PreflightTests), nameof(TamperingTests),
    nameof(BootstrapTests), nameof(HiddenChangesTests), nameof(PromotionTests), nameof(CosignTests));
