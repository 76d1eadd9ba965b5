using System.Globalization;
using System.Text.RegularExpressions;

namespace Acci.Delivery.Images;

/// <summary>
/// The address of a build node, looked at before buildx gets it: buildx and BuildKit overlook what they do not expect in one, and programs that they start
/// take a name that begins with a dash for an option. Source: BuildKit, client/connhelper; Docker documentation, "Build drivers".
/// </summary>
internal static partial class NodeAddress
{
    /// <summary>The kind that buildx starts a BuildKit for.</summary>
    public const string Kubernetes = "kubernetes";

    private static readonly string[] Schemes = ["unix", "npipe", "tcp", "ssh", "docker-container", "kube-pod", Kubernetes];

    /// <summary>Reads an address.</summary>
    /// <exception cref="DeliveryException">It is not the address of a node, or has a part that buildx does not use.</exception>
    public static Uri Parse(string text)
    {
        if (Schemes.FirstOrDefault(x => text.StartsWith($"{x}://", Ordinal)) is not { } scheme)
        {
            throw new DeliveryException(
                $"'{text}' is not the address of a BuildKit: begin it with {string.Join("://, ", Schemes[..^1])}:// or {Schemes[^1]}://.");
        }

        Uri.TryCreate(text, UriKind.Absolute, out var address);
        if (address?.UserInfo.Contains(':', Ordinal) is true) throw new DeliveryException("An address of a node cannot hold a password: use a key.");
        if (text.Contains('#', Ordinal)) throw Error("'#' and what follows it mean nothing there; leave them out");
        var place = text[(scheme.Length + 3)..].Split('?')[0];
        return ProblemOf(scheme, place, address) is { } problem ? throw Error(problem) : address ?? throw Error("it has another form");

        DeliveryException Error(string problem) => new($"'{text}' cannot be the address of a BuildKit: {problem}.");
    }

    private static StringComparison Ordinal => StringComparison.Ordinal;

    private static string? ProblemOf(string scheme, string place, Uri? address) => scheme switch
    {
        "unix" or "npipe" => place.Trim('/').Length > 0 ? null : $"it names no socket; write it as in {scheme}:///run/buildkit/buildkitd.sock",
        "tcp" => TcpProblem(place) ?? MachineProblem(scheme, place, address),
        "ssh" => MachineProblem(scheme, place, address),
        Kubernetes => Namespace().IsMatch(place) ? null : "it has to name a namespace and nothing else, as in kubernetes://builders",
        _ => Name().IsMatch(place) ? null : $"it has to name a {(scheme == "kube-pod" ? "pod" : "container")} and nothing else, as in {scheme}://buildkitd",
    };

    // buildx splits what follows tcp:// into a machine and a port.
    private static string? TcpProblem(string place) =>
        place.Contains('/', Ordinal) ? "a path means nothing there; leave it out, and a '/' at the end, too"
        : place.Contains('@', Ordinal) ? "a user means nothing there; leave it out"
        : place.Length == 0 || place.StartsWith(':') ? null
        : !Port().IsMatch(place) || !ushort.TryParse(place[(place.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture, out var port) || port == 0
            ? "it names no port from 1 to 65535; write it as in tcp://buildkit.example.com:1234"
        : null;

    private static string? MachineProblem(string scheme, string place, Uri? address) =>
        Uri.UnescapeDataString(place).Split('@').Any(x => x.StartsWith('-')) ? "no name in it can begin with a dash"
        : place.Any(x => char.IsWhiteSpace(x) || char.IsControl(x)) ? "it has a space; leave it out"
        : address is null or { Host: "" } ? $"it names no machine; write it as in {scheme}://buildkit.example.com"
        : null;

    [GeneratedRegex(@"(?:\A[^:]*|\]):[0-9]+\z")]
    private static partial Regex Port();

    // Source: RFC 1123, section 2.1.
    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex Namespace();

    // A pod's name is a container's, too. Source: Docker Engine, daemon/names.
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_.-]*\z")]
    private static partial Regex Name();
}
