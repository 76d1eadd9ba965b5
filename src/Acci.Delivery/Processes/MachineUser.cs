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
    private const int LargestIdentity = 1024;

    /// <summary>The user who runs this.</summary>
    public static MachineUser Current { get; } = Of("/", System.Environment.UserName);

    /// <summary>A user of the machine whose files are below a folder.</summary>
    public static MachineUser Of(string root, string name)
    {
        try
        {
            var file = Path.Combine(root, IdentityFile);
            return new MachineUser(File.Exists(file) ? InputFile.ReadText(file, LargestIdentity).Trim() : "", name);
        }
        catch (DeliveryException)
        {
            return new MachineUser("", name);
        }
    }

    /// <summary>What stands for a text in this user's names. A machine's identity is not to be seen by others, so it is a hash.</summary>
    /// <param name="text">What is named.</param>
    /// <param name="length">How many hexadecimal digits it has.</param>
    public string HashOf(string text, int length) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Machine}\n{Name}\n{text}")))[..length];
}
