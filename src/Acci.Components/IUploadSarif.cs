using Acci.Delivery.Scanning;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Shows findings on GitHub.</summary>
public interface IUploadSarif : IHazDelivery, IHazImages, IHazGitHub
{
    /// <summary>SARIF files of other tools.</summary>
    [Parameter("SARIF files of other tools for UploadSarif, or folders of them, separated by ','", Separator = ",")]
    string[]? SarifFiles => TryGetValue(() => SarifFiles);

    /// <summary>Uploads what ScanImages found, and SARIF files of other tools, to GitHub's code scanning, and waits until it is processed.</summary>
    Target UploadSarif => _ => _
        .Description("Uploads the findings, and --sarif-files of other tools, to GitHub code scanning")
        .TryAfter<IScanImages>(x => x.ScanImages)
        .Runs(this, () => Prepared(new UploadSarif(Context)));
}
