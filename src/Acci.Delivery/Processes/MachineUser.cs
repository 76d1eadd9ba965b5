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
    private const string MountsFile = "proc/self/mountinfo";
    private const int LargestMounts = 16 * 1024 * 1024;

    /// <summary>What is mounted where, if the machine has no identity; empty where that is not known.</summary>
    internal string Mounts { get; init; } = "";

    /// <summary>The user who runs this.</summary>
    public static MachineUser Current { get; } = Of("/", System.Environment.UserName);

    /// <summary>A user of the machine whose files are below a folder.</summary>
    public static MachineUser Of(string root, string name)
    {
        var machine = Read(IdentityFile, LargestIdentity).Trim();
        return new MachineUser(machine, name) { Mounts = machine.Length == 0 ? Read(MountsFile, LargestMounts) : "" };

        string Read(string path, int most)
        {
            try
            {
                var file = Path.Combine(root, path);
                return File.Exists(file) ? InputFile.ReadText(file, most) : "";
            }
            catch (DeliveryException)
            {
                return "";
            }
        }
    }

    /// <summary>What stands for a text in this user's names. A machine's identity is not to be seen by others, so it is a hash.</summary>
    /// <param name="text">What is named.</param>
    /// <param name="length">How many hexadecimal digits it has.</param>
    public string HashOf(string text, int length) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Machine}\n{Name}\n{text}")))[..length];

    /// <summary>
    /// What stands for a folder in this user's names. Containers of one image have the same users and folders, and no identity: there it is what the folder is on the machine
    /// that runs them, which is the same for each that has it.
    /// </summary>
    /// <param name="folder">The folder, an absolute path.</param>
    /// <param name="length">How many hexadecimal digits it has.</param>
    public string HashOfFolder(string folder, int length) => HashOf(FolderOrigin.Find(Mounts, folder) is { } origin ? $"{folder}\n{origin}" : folder, length);
}
