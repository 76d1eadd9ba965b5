using Acci.EndToEnd.Tests;
using Acci.EndToEnd.Tests.Faults;
using Acci.EndToEnd.Tests.Workflows;
using Acci.Testing;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Acci.EndToEnd.Tests;

/// <summary>Those of more than a minute and a half.</summary>
public sealed class LongestFirst() : CollectionOrder(
    nameof(Publishing), nameof(NodesTests), nameof(ReproducibilityTests), nameof(FaultTests), $"{nameof(Workflows)}.{nameof(WorkflowTests)}", nameof(SecretTests), nameof(OutageTests));
