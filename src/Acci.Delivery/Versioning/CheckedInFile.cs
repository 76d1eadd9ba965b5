namespace Acci.Delivery.Versioning;

/// <summary>A file as git has it, whatever has become of it in the working tree.</summary>
public static class CheckedInFile
{
    /// <summary>The file as it is staged, which is as it was committed where nothing has been staged; null where git does not know it.</summary>
    /// <param name="root">The build's root.</param>
    /// <param name="path">The file, relative to the root, with forward slashes.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    /// <exception cref="DeliveryException">git cannot be started, or cannot tell.</exception>
    public static Task<string?> ReadAsync(string root, string path, CancellationToken cancellationToken) => new Git(root).ReadStagedAsync(path, cancellationToken);
}
