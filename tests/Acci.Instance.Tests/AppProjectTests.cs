using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Instance.Tests;

public class AppProjectTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_app_takes_no_other_version_than_the_one_asked_for()
    {
        var app = new Command("dotnet", "msbuild", "src/Acci/Acci.csproj", "-getProperty:WarningsAsErrors") { WorkingDirectory = SourceTree.Root };

        Assert.Contains("NU1603", (await CommandRunner.RunAsync(app, cancellationToken: Cancellation)).StandardOutput.Trim().Split(';'));
    }
}
