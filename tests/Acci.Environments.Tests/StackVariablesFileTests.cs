using Acci.Environments.Swarm;

namespace Acci.Environments.Tests;

public sealed class StackVariablesFileTests
{
    [Theory]
    [InlineData("PLAIN=it's\nEMPTY=\n# QUOTED='x'\nHASH=a#b\n", "")]
    [InlineData("QUOTED='x'\nDOUBLE=\"x\"\nPUT_IN=$OTHER\nREMARK=a # b\nexport SHELL_LIKE='y'\n", "QUOTED DOUBLE PUT_IN REMARK SHELL_LIKE")]
    // Of a secret over several lines, no line is told as a name.
    [InlineData("KEY=\"-----BEGIN KEY-----\nMIIEsecretPart=='$'\n-----END KEY-----\"\nAFTER='x'\n", "KEY AFTER")]
    [InlineData("KEY='a\\'\nB=\"c\"\n'\nAFTER='x'\n", "KEY AFTER")]
    [InlineData("KEY='never ends\nB='c\r\n", "KEY")]
    public void The_values_that_docker_compose_reads_differently_are_known_by_name(string text, string names) =>
        Assert.Equal(names.Split(' ', StringSplitOptions.RemoveEmptyEntries), StackVariablesFile.ReadDifferently(text));
}
