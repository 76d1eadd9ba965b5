using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Delivery.Sessions;

/// <summary>One platform of a layout, as a layout of this session's own beside it.</summary>
internal static class LayoutView
{
    /// <summary>Writes it. Beside the layout its blobs are hard links; two builds may look at one layout at once.</summary>
    /// <returns>The view, and what deletes it.</returns>
    /// <exception cref="DeliveryException">A blob is missing.</exception>
    public static async Task<(OciLayout View, IDisposable Deletion)> ViewAsync(this OciLayout layout, PlatformImage platform, CancellationToken cancellationToken)
    {
        var folder = $"{layout.Folder}.{platform.Platform.Slug}.{Session.Current.Id}";
        var noted = Session.Current.Note(folder);
        try
        {
            return (await layout.WriteViewAsync(platform, folder, cancellationToken), noted);
        }
        catch
        {
            noted.Dispose();
            throw;
        }
    }
}
