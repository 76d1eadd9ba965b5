
namespace Acci.Hosting;

/// <summary>What <c>/</c> answers: which app this is.</summary>
internal sealed record AboutDocument(string Name, string Version, string Revision, string Mode)
{
    internal static void Map(IEndpointRouteBuilder app, RunMode mode)
    {
        var (version, revision) = ProductVersion.Current;
        var about = new AboutDocument(AppSettings.AppName, version, revision, mode.ToString().ToLowerInvariant());
        app.MapMethods("/", Reading.Methods, () => about).WithName("About").WithTags("About").WithSummary("Says which build of the app this is.");
    }
}
