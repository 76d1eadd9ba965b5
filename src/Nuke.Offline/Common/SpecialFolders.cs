namespace Nuke.Common;

/// <summary>Folders the operating system knows by name.</summary>
public enum SpecialFolders
{
    /// <summary>Installed programs.</summary>
    ProgramFiles = Environment.SpecialFolder.ProgramFiles,

    /// <summary>Installed 32-bit programs.</summary>
    ProgramFilesX86 = Environment.SpecialFolder.ProgramFilesX86,

    /// <summary>Data of applications of this user on this machine.</summary>
    LocalApplicationData = Environment.SpecialFolder.LocalApplicationData,

    /// <summary>Roaming data of applications of this user.</summary>
    ApplicationData = Environment.SpecialFolder.ApplicationData,

    /// <summary>Data of applications of all users.</summary>
    CommonApplicationData = Environment.SpecialFolder.CommonApplicationData,

    /// <summary>The Windows folder.</summary>
    Windows = Environment.SpecialFolder.Windows,

    /// <summary>The system folder.</summary>
    System = Environment.SpecialFolder.System,

    /// <summary>The user's home.</summary>
    UserProfile = Environment.SpecialFolder.UserProfile,
}
