using Acci.Delivery.Processes;
using Acci.Oci;

namespace Acci.Delivery.Images;

/// <summary>A BuildKit that builds some of the platforms, on this machine or another one.</summary>
/// <param name="Platforms">The platforms that it builds.</param>
/// <param name="Address">
/// Where it is: <c>unix:///run/buildkit/buildkitd.sock</c>, <c>tcp://host:1234</c> with <c>?cacert=…&amp;cert=…&amp;key=…&amp;servername=…</c>, <c>ssh://user@host</c>, where
/// <c>buildctl</c> has to be, <c>docker-container://name</c>, <c>kube-pod://name</c>, or <c>kubernetes://namespace</c>, in which buildx starts one.
/// Source: Docker documentation, "Build drivers"; BuildKit, client/connhelper.
/// </param>
/// <param name="DriverOptions">Further options for the buildx driver.</param>
public sealed record BuilderNode(IReadOnlyList<Platform> Platforms, string Address, IReadOnlyDictionary<string, string> DriverOptions)
{
    private static readonly string[] Files = ["cacert", "cert", "key"];

    /// <summary>The buildx driver that reaches it.</summary>
    public string Driver => Address.StartsWith($"{NodeAddress.Kubernetes}://", StringComparison.Ordinal) ? NodeAddress.Kubernetes : "remote";

    /// <summary>
    /// The name of its buildx builder, made of its definition: another definition is another builder, and so is that of another user, who removes what
    /// buildx has started for it in a cluster.
    /// </summary>
    public string BuilderName =>
        $"acci-node-{MachineUser.Current.HashOf(string.Join('\n', [Address, .. DriverOptions.Select(x => $"{x.Key}={x.Value}")]), 12)}";

    /// <summary>Reads <c>platform[,platform]=address[;…]</c>.</summary>
    /// <exception cref="DeliveryException">The text has another form, a file is missing, or two nodes build one platform.</exception>
    public static IReadOnlyList<BuilderNode> ParseAll(string text)
    {
        BuilderNode[] nodes = [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];
        if (nodes.Length == 0) throw new DeliveryException("It names no node.");
        if (nodes.SelectMany(x => x.Platforms).GroupBy(x => x).FirstOrDefault(x => x.Count() > 1) is { } same)
            throw new DeliveryException($"{same.Key} has more than one node. Name it at one, in one spelling.");
        return nodes;
    }

    /// <summary>The part of a name that tells this node's results from others': <c>linux-amd64</c>.</summary>
    public static string SlugOf(IEnumerable<Platform> platforms) => string.Join('-', platforms.Select(x => x.Slug));

    /// <inheritdoc/>
    public override string ToString() => $"{string.Join(',', Platforms)}={Address}";

    private static BuilderNode Parse(string text)
    {
        const string form = "write platforms and an address, as in linux/amd64=unix:///run/buildkit/buildkitd.sock";
        if (text.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var at)) throw new DeliveryException($"'{text}' is no node: {form}.");
        var (platforms, place) = (text[..at], text[(at + 1)..].Trim());
        var address = NodeAddress.Parse(place);
        var options = OptionsOf(address, place);
        Platform[] built = [.. platforms.Split(',', StringSplitOptions.TrimEntries).Select(Platform.Parse).Distinct()];
        if (address.Scheme == NodeAddress.Kubernetes)
        {
            options["namespace"] = address.Host;
            // Where all of a node's platforms are of one architecture, its pod runs where that is native.
            if (built.Select(x => x.Architecture).Distinct().ToList() is [var architecture])
                options["nodeselector"] = $"kubernetes.io/arch={architecture}";
        }

        return new BuilderNode(built, place.Split('?')[0], options);
    }

    private static SortedDictionary<string, string> OptionsOf(Uri address, string place)
    {
        var options = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var key, var rest] ? (key, Uri.UnescapeDataString(rest)) : (pair, "");
            if (address.Scheme != "tcp" || (name != "servername" && !Files.Contains(name)))
                throw new DeliveryException($"'{place}': '{name}' is not known. An address of tcp:// takes cacert, cert, key and servername.");
            if (value.Any(char.IsControl)) throw new DeliveryException($"'{place}': {name} has a control character, which no file or name here has.");
            if (Files.Contains(name) && !File.Exists(value)) throw new DeliveryException($"'{place}': the file {value} ({name}) does not exist.");
            options[name] = Files.Contains(name) ? Path.GetFullPath(value) : value;
        }

        if (options.Count > 0 && !options.ContainsKey("cacert")) throw new DeliveryException($"'{place}': TLS needs cacert, the file of the certificate authority.");
        if (options.ContainsKey("cert") != options.ContainsKey("key")) throw new DeliveryException($"'{place}': cert and key belong together.");
        return options;
    }
}
