namespace Nuke.Common.CI;

/// <summary>A machine that builds what was pushed.</summary>
public interface IBuildServer
{
    /// <summary>The branch it builds.</summary>
    string Branch { get; }

    /// <summary>The commit it builds.</summary>
    string Commit { get; }
}
