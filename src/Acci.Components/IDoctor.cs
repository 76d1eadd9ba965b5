using Acci.Delivery;
using Acci.Delivery.Diagnosis;
using Nuke.Common;
using Serilog;

namespace Acci.Components;

/// <summary>Tells what this machine has, and what a build would use.</summary>
public interface IDoctor : IHazDelivery
{
    // All that the build can do, whatever is planned.
    private DeliveryScope Reach => new()
    {
        Builds = this is IBuildImages,
        UsesEngine = this is IBuildImages or ISmokeTestImages or ICheckImages,
        Scans = this is IScanImages,
        Signs = this is ISignImages,
        Tags = this is IPublishImages,
    };

    /// <summary>Looks at tools, engine, registry and keys, changes nothing, and says what to do about what is missing.</summary>
    Target Doctor => _ => _
        .Description("Says what this machine has, what the build would use, and what to do about what is missing")
        .Runs(this, () => Verb.Looking(async () =>
        {
            var findings = await new Examination(Context, Reach).RunAsync();
            foreach (var finding in findings)
            {
                if (finding.Severity == FindingSeverity.Good) Log.Information("{Name:l}: {Text:l}", finding.Name, finding.Text);
                else Log.Warning("{Name:l}: {Text:l}", finding.Name, finding.Text);
            }

            if (findings.Any(x => x.Severity == FindingSeverity.Fatal))
                throw new DeliveryException("A build would fail here: see the warnings above.");
        }));
}
