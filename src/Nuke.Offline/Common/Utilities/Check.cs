using System.Diagnostics;

namespace Nuke.Common.Utilities;

/// <summary>Checks whose messages are read by users: nothing but the message is shown.</summary>
[DebuggerNonUserCode]
internal static class Check
{
    public static void That(bool condition, string message)
    {
        if (!condition)
            Assert.Fail(message);
    }
}
