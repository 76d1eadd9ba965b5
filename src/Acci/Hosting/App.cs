using Acci.Health;
using Acci.OpenApi;
using Acci.PostgreSql;
using Acci.Redis;
using Acci.Tenants;
using Microsoft.AspNetCore.Connections;

namespace Acci.Hosting;

/// <summary>What the app is made of.</summary>
internal static class App
{
    internal static WebApplication Build(AppSettings settings)
    {
        var app = CreateBuilder(settings).Build();
        UseMiddleware(app, settings);
        MapEndpoints(app, settings);
        return app;
    }

    internal static WebApplicationBuilder CreateBuilder(AppSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // What configures the app is read once: nothing has to watch for files that may change.
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
            ApplicationName = AppSettings.AppName,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = settings.RunMode == RunMode.Dev ? Environments.Development : Environments.Production,
        });
        builder.AddConsoleLog(settings.RunMode);
        builder.AddLimits();
        builder.AddTelemetry();

        var services = builder.Services;
        services.ConfigureHttpJsonOptions(AcciJson.Configure);
        // Before the framework's own, which comes next.
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>().AddProblemDetails().AddExceptionHandler<Problems>();
        // In every mode, so that Problems can say what was wrong with a request.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddSingleton<Drain>().AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddSingleton<IConnectionListenerFactory, DrainingTransport>();
        services.AddSingleton(settings.Database).AddSingleton<Database>().AddHostedService<SchemaUpkeep>();
        services.AddSingleton(settings.Redis).AddSingleton<RedisLink>().AddSingleton<CacheMetrics>().AddHostedService<CacheUpkeep>();
        services.AddSingleton<TenantStore>().AddSingleton<TenantCache>().AddSingleton<TenantDirectory>();
        services.AddHealth();
        return builder;
    }

    internal static void UseMiddleware(WebApplication app, AppSettings settings)
    {
        var drain = app.Services.GetRequiredService<Drain>();
        app.UseForwarding(settings.Server);
        app.Use(next => context =>
        {
            AnswerHeaders.AddTo(context, drain);
            return drain.CountRequestAsync(context, next);
        });
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRequestTimeouts();
        app.UseJsonCharset();
    }

    internal static void MapEndpoints(WebApplication app, AppSettings settings)
    {
        AboutDocument.Map(app, settings.RunMode);
        HealthEndpoints.Map(app);
        TenantEndpoints.Map(app);
        ApiDocumentation.Map(app, settings.RunMode);
    }
}
