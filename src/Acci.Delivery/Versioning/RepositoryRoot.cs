namespace Acci.Delivery.Versioning;

/// <summary>Whether the build's root is the root of its git repository. A build may live in a folder of a larger one; what GitHub reads does not.</summary>
public static class RepositoryRoot
{
    /// <summary>Makes sure that it is.</summary>
    /// <param name="root">The build's root.</param>
    /// <param name="target">The target whose paths are those of the repository.</param>
    /// <param name="advice">What to do where it is not, a sentence.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    /// <exception cref="DeliveryException">It is a folder of the repository, or git cannot tell.</exception>
    public static async Task EnsureAsync(string root, string target, string advice, CancellationToken cancellationToken)
    {
        var git = new Git(root);
        if (!await git.IsWorkingDirectoryAsync(cancellationToken) || await git.PrefixAsync(cancellationToken) is not { } folder) return;
        throw new DeliveryException($"{target} needs a build in the root of its git repository, and this one is in {folder.TrimEnd('/')}. {advice}");
    }
}
