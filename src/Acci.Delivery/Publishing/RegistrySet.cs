using Acci.Oci;
using Acci.Oci.Registries;

namespace Acci.Delivery.Publishing;

/// <summary>The registries that one publish moves tags in.</summary>
/// <param name="first">The first one, which is also the one for what no other has.</param>
/// <param name="others">The others.</param>
internal sealed class RegistrySet(OciRegistry first, IReadOnlyList<OciRegistry> others)
{
    /// <summary>The one that has a repository.</summary>
    public OciRegistry Of(ImageReference repository) => others.FirstOrDefault(x => x.Domain == repository.Domain) ?? first;
}
