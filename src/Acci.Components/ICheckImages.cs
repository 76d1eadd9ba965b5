using Acci.Delivery.Checking;
using Nuke.Common;
using Nuke.Common.CI.GitHubActions;
using Nuke.Common.IO;
using Serilog;

namespace Acci.Components;

/// <summary>Checks the Dockerfiles.</summary>
public interface ICheckImages : IHazDelivery, IHazPlatforms, IHazDestination, IHazImageMirror
{
    /// <summary>BuildKit's own checks of every Dockerfile, as SARIF under <c>artifacts/checks</c>, too; fails on any finding. Nothing is built.</summary>
    Target CheckImages => _ => _
        .Description("Checks every Dockerfile with BuildKit's own rules; the findings are in artifacts/checks as SARIF, too")
        .Produces(ArtifactsDirectory / "checks" / "*.sarif")
        .TryBefore<IBuildImages>(x => x.BuildImages)
        .Runs(this, () => Prepared(new CheckImages(Context, findings =>
        {
            foreach (var finding in findings)
            {
                if (GitHubActions.Instance is null)
                {
                    Log.Warning("{Finding:l}", finding.ToString());
                    continue;
                }

                // Beside the line that it is about, on the page of the change.
                Console.WriteLine(WorkflowCommand.Of(
                    finding.IsError ? "error" : "warning",
                    $"{finding.Detail} {finding.Page}",
                    ("file", finding.File),
                    ("line", Math.Max(1, finding.StartLine)),
                    ("endLine", Math.Max(1, finding.EndLine)),
                    ("title", finding.Rule)));
            }

            if (findings.Count > 0) throw new DeliveryException($"The Dockerfiles have {findings.Count} {(findings.Count == 1 ? "finding" : "findings")}: see above, and {RootDirectory.GetUnixRelativePathTo(ArtifactsDirectory / "checks")}.");
            Log.Information("No findings");
        })));
}
