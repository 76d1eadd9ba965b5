using System.Collections;
using System.Collections.ObjectModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Nuke.Common.IO;
using Nuke.Common.Utilities;
using Nuke.Common.ValueInjection;

namespace Nuke.Common;

/// <summary>The machine, its environment variables and the command line.</summary>
public static partial class EnvironmentInfo
{
    /// <summary>The operating system family.</summary>
    public static PlatformFamily Platform { get; } =
        OperatingSystem.IsWindows() ? PlatformFamily.Windows :
        OperatingSystem.IsMacOS() ? PlatformFamily.OSX :
        OperatingSystem.IsLinux() ? PlatformFamily.Linux : PlatformFamily.Unknown;

    /// <summary>Whether this is Windows.</summary>
    public static bool IsWin => Platform == PlatformFamily.Windows;

    /// <summary>Whether this is macOS.</summary>
    public static bool IsOsx => Platform == PlatformFamily.OSX;

    /// <summary>Whether this is Linux.</summary>
    public static bool IsLinux => Platform == PlatformFamily.Linux;

    /// <summary>Whether this is Linux or macOS.</summary>
    public static bool IsUnix => IsLinux || IsOsx;

    /// <summary>Whether this is the Windows Subsystem for Linux.</summary>
    public static bool IsWsl => IsLinux && RuntimeInformation.OSDescription.Contains("microsoft", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the process runs on 64-bit Arm.</summary>
    public static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Whether the process is a 64-bit one.</summary>
    public static bool Is64Bit => Environment.Is64BitProcess;

    /// <summary>Whether the process is a 32-bit one.</summary>
    public static bool Is32Bit => !Is64Bit;

    /// <summary>The name of this machine.</summary>
    public static string MachineName => Environment.MachineName;

    /// <summary>The line break of this platform.</summary>
    public static string NewLine => Environment.NewLine;

    /// <summary>The framework the build was compiled for.</summary>
    public static FrameworkName Framework => new(AppContext.TargetFrameworkName ?? ".NETCoreApp,Version=v10.0");

    /// <summary>The directory relative paths start from.</summary>
    public static AbsolutePath WorkingDirectory
    {
        get => Environment.CurrentDirectory;
        set => Environment.CurrentDirectory = value;
    }

    /// <summary>The environment variables; names are case-insensitive on Windows.</summary>
    public static ReadOnlyDictionary<string, string> Variables
    {
        get
        {
            var variables = new Dictionary<string, string>(IsWin ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
            foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
                variables[(string)entry.Key] = (string)entry.Value;
            return new ReadOnlyDictionary<string, string>(variables);
        }
    }

    /// <summary>The directories of the <c>PATH</c> variable.</summary>
    public static IReadOnlyCollection<string> Paths =>
        Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>A folder the operating system knows by name.</summary>
    public static AbsolutePath SpecialFolder(SpecialFolders folder) => Environment.GetFolderPath((Environment.SpecialFolder)folder);

    /// <summary>Whether a variable is set, and, if asked, is not empty.</summary>
    public static bool HasVariable(string name, bool allowEmpty = true) =>
        Environment.GetEnvironmentVariable(name) is { } value && (allowEmpty || value.Length > 0);

    /// <summary>The value of a variable, or null.</summary>
    public static string GetVariable(string name) => Environment.GetEnvironmentVariable(name);

    /// <summary>The converted value of a variable, or the type's default.</summary>
    public static T GetVariable<T>(string name, char? separator = null) =>
        Environment.GetEnvironmentVariable(name) is { } value ? (T)ValueConversion.Convert(value, typeof(T), separator) : default;

    /// <summary>Sets a variable for this process and those it starts.</summary>
    public static void SetVariable(string name, string value) => Environment.SetEnvironmentVariable(name, value);

    /// <summary>Sets a variable for this process and those it starts.</summary>
    public static void SetVariable<T>(string name, T value) => SetVariable(name, value?.ToString());

    /// <summary>Removes a variable from this process.</summary>
    public static void RemoveVariable(string name) => SetVariable(name, null);

    /// <summary>Replaces <c>%NAME%</c> by the variables' values, and a leading <c>~</c> by the home directory.</summary>
    public static string ExpandVariables(string value)
    {
        var expanded = Environment.ExpandEnvironmentVariables(value);
        return expanded == "~" || expanded.StartsWith("~/", StringComparison.Ordinal)
            ? SpecialFolder(SpecialFolders.UserProfile) + expanded[1..]
            : expanded;
    }

    /// <summary>Makes a directory the working directory until disposed of.</summary>
    public static IDisposable SwitchWorkingDirectory(this AbsolutePath path)
    {
        var previous = WorkingDirectory;
        return DelegateDisposable.CreateBracket(() => WorkingDirectory = path, () => WorkingDirectory = previous);
    }
}
