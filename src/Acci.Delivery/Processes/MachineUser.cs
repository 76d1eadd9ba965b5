using System.Security.Cryptography;
using System.Text;

namespace Acci.Delivery.Processes;

/// <summary>
/// A user of a machine. Several users, and several machines, may share one engine: the names of what a build leaves on it depend on whose it is, so that nobody
/// stops or removes what another one uses. Source: machine-id(5).
/// </summary>
/// <param name="Machine">The machine's identity; empty where it has none, as in a container, or does not tell it.</param>
/// <param name="Name">The user's name.</param>
public sealed record MachineUser(string Machine, string Name)
{
    private const string IdentityFile = "etc/machine-id";

    // Of docker and of Podman. Such a machine's identity, if it has one, is that of its image.
    private static readonly string[] ContainerMarks = [".dockerenv", "run/.containerenv"];

    private const int LargestIdentity = 1024;

    /// <summary>The container's host name, where the machine is one, or has no identity; else empty.</summary>
    public string Container { get; init; } = "";

    /// <summary>The user who runs this.</summary>
    public static MachineUser Current { get; } = Of("/", System.Environment.UserName, System.Environment.MachineName);

    /// <summary>A user of the machine whose files are below a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="name">The user's name.</param>
    /// <param name="host">The machine's host name.</param>
    public static MachineUser Of(string root, string name, string host = "")
    {
        var machine = IdentityOf(Path.Combine(root, IdentityFile));
        var isContainer = machine.Length == 0 || ContainerMarks.Any(x => File.Exists(Path.Combine(root, x)));
        return new MachineUser(machine, name) { Container = isContainer ? host : "" };
    }

    /// <summary>
    /// As <see cref="HashOf"/>, for what no two containers may share, such as a database: containers of one image have the same users and folders.
    /// </summary>
    /// <param name="text">What is named.</param>
    /// <param name="length">How many hexadecimal digits it has.</param>
    public string HashOfOwn(string text, int length) => HashOf(Container.Length == 0 ? text : $"{Container}\n{text}", length);

    /// <summary>What stands for a text in this user's names. A machine's identity is not to be seen by others, so it is a hash.</summary>
    /// <param name="text">What is named.</param>
    /// <param name="length">How many hexadecimal digits it has.</param>
    public string HashOf(string text, int length) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Machine}\n{Name}\n{text}")))[..length];

    private static string IdentityOf(string file)
    {
        try
        {
            return File.Exists(file) ? InputFile.ReadText(file, LargestIdentity).Trim() : "";
        }
        catch (DeliveryException)
        {
            return "";
        }
    }
}
