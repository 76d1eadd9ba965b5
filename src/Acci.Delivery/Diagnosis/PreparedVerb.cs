using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.Scanning;
using Acci.Delivery.Signing;
using Serilog;
using Serilog.Events;

namespace Acci.Delivery.Diagnosis;

/// <summary>
/// A verb after the preflight of its build. <see cref="PrepareAsync"/> looks, once for all of the build's verbs, and keeps nothing of what it saw; the first of
/// these verbs that runs looks again, and starts and fetches what several of them need.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="scope">The steps that the build takes.</param>
/// <param name="verb">The verb.</param>
public sealed class PreparedVerb(DeliveryContext context, DeliveryScope scope, Verb verb) : Verb
{
    /// <inheritdoc/>
    public override async Task PrepareAsync(DeliveryScope scope)
    {
        await (context.Options.DryRun ? SayOnceAsync() : context.Once($"{nameof(PreparedVerb)}.{nameof(PrepareAsync)}", () => context.LookAheadAsync(LookAsync)));
        await context.LookAheadAsync(() => verb.PrepareAsync(scope));
    }

    /// <inheritdoc/>
    public override async Task PlanAsync()
    {
        await SayOnceAsync();
        await verb.PlanAsync();
        context.Planned(verb);
    }

    /// <inheritdoc/>
    public override async Task RunAsync()
    {
        await context.Once($"{nameof(PreparedVerb)}.{nameof(BeginAsync)}", BeginAsync);
        await verb.RunAsync();
    }

    private Task SayOnceAsync() => context.Once($"{nameof(PreparedVerb)}.{nameof(SayAsync)}", SayAsync);

    private async Task SayAsync()
    {
        var preflight = new Preflight(context, scope);
        foreach (var check in preflight.Checks.Concat(preflight.Tools)) Say(await check.FindAsync());
        if (!scope.Signs) return;
        foreach (var finding in await new KeylessExamination(context).RunAsync())
        {
            if (finding.Severity == FindingSeverity.Fatal) throw new DeliveryException(finding.Text);
            Say(finding);
        }
    }

    private static void Say(Finding finding)
    {
        var level = finding.Severity == FindingSeverity.Good ? LogEventLevel.Information : LogEventLevel.Warning;
        Log.Write(level, "{Name:l}: {Text:l}", finding.Name, finding.Text);
    }

    private async Task LookAsync()
    {
        var preflight = new Preflight(context, scope) { IsRun = true };
        foreach (var check in preflight.Checks.Concat(preflight.Tools)) context.Debug($"{check.Name}: {await check.LookAsync()}");
    }

    // What starts, fetches or sends something waits for the first of these verbs: a target before it may stop the engine, or change what is built.
    private async Task BeginAsync()
    {
        await LookAsync();
        if (scope.Signs)
        {
            await context.EnsurePushAllowedAsync();
            await new Preflight(context, scope).EnsureUsableAsync(await context.CosignAsync());
        }

        if (scope.Tags) await context.TagsAtStartAsync();
        var destination = context.PlannedDeparture();
        if (!scope.Scans || (!context.Options.Scan.Required && destination.IsLoopback) || context.Options.Scan.Images.Count > 0) return;
        if (await context.ScannerAsync() is { Scanner: null, Obstacle: { } obstacle })
            foreach (var image in context.Options.Images) DeparturePolicy.Of(context, destination).EnsureMayGoUnscanned(image.Name, obstacle);
    }
}
