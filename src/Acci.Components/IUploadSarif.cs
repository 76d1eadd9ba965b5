using Acci.Delivery.Scanning;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Shows findings on GitHub.</summary>
public interface IUploadSarif : IHazDelivery
{
    /// <summary>Uploads what ScanImages found, and SARIF files of other tools, to GitHub's code scanning, and waits until it is processed.</summary>
    Target UploadSarif => _ => _
        .Description("Uploads the findings, and --sarif-files of other tools, to GitHub code scanning")
        .TryAfter<IScanImages>(x => x.ScanImages)
        .Runs(this, () => new UploadSarif(Context));
}
