using Acci.Configuration;
using Acci.Hosting;
using Xunit.Runner.InProc.SystemConsole;

namespace Acci.Tests;

/// <summary>Runs the tests; or, in a process of its own, the app with or without its middleware, for the test that compares the two.</summary>
internal static class TestProgram
{
    public const string Whole = "--serve-whole";
    public const string Bare = "--serve-bare";

    public static Task<int> Main(string[] arguments) => arguments switch
    {
        [Whole] => ServeAsync(middleware: true),
        [Bare] => ServeAsync(middleware: false),
        _ => ConsoleRunner.Run(arguments),
    };

    private static async Task<int> ServeAsync(bool middleware)
    {
        var settings = SettingsSources.Read();
        await using var app = App.CreateBuilder(settings).Build();
        if (middleware)
            App.UseMiddleware(app, settings);
        App.MapEndpoints(app, settings);
        await app.RunAsync($"http://*:{settings.Server.BackendPort}");
        return 0;
    }
}
