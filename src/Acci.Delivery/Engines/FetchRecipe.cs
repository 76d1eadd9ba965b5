using System.Security.Cryptography;
using System.Text;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Engines;

/// <summary>What is fetched is in a folder named after all that decides what is in it. That is <c>recipe_hash</c> in <c>lib/layout.sh</c>, which cannot be run where nothing is unpacked.</summary>
internal static class FetchRecipe
{
    private const string OsRelease = "/etc/os-release";

    /// <summary>The hash of this machine's: 12 hexadecimal digits.</summary>
    /// <exception cref="DeliveryException">The machine does not say its architecture.</exception>
    public static async Task<string> HashAsync(CancellationToken cancellationToken)
    {
        var architecture = (await CommandRunner.RunAsync(new Command("dpkg", "--print-architecture"), cancellationToken: cancellationToken)).StandardOutput.Trim();
        var suite = File.ReadLines(OsRelease).LastOrDefault(x => x.StartsWith("VERSION_CODENAME=", StringComparison.Ordinal))?.Split('=', 2)[1].Trim(' ', '"', '\'');
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var script in (string[])["engine/lib/recipe.sh", "engine/fetch.sh"]) hash.AppendData(EmbeddedScript.All.Single(x => x.Path == script).Content);
        hash.AppendData(Encoding.UTF8.GetBytes($"{suite}\n{architecture}\n{(PrivateEngine.IsRootless ? "rootless\n" : "")}"));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }
}
