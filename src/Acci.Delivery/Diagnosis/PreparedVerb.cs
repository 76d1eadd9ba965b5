using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.Scanning;
using Acci.Delivery.Signing;
using Serilog;
using Serilog.Events;

namespace Acci.Delivery.Diagnosis;

/// <summary>
/// A verb after the preflight of its build, which the first of a build's verbs makes, whichever that is: what can be known at the first second fails
/// there.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="scope">The steps that the build takes.</param>
/// <param name="verb">The verb.</param>
public sealed class PreparedVerb(DeliveryContext context, DeliveryScope scope, Verb verb) : Verb
{
    /// <inheritdoc/>
    public override async Task PrepareAsync(DeliveryScope scope)
    {
        await (context.Options.DryRun ? SayOnceAsync() : LookOnceAsync());
        await verb.PrepareAsync(scope);
    }

    /// <inheritdoc/>
    public override async Task PlanAsync()
    {
        await SayOnceAsync();
        await verb.PlanAsync();
    }

    /// <inheritdoc/>
    public override async Task RunAsync()
    {
        await LookOnceAsync();
        await verb.RunAsync();
    }

    private Task SayOnceAsync() => context.Once($"{nameof(PreparedVerb)}.{nameof(SayAsync)}", SayAsync);

    private Task LookOnceAsync() => context.Once($"{nameof(PreparedVerb)}.{nameof(LookAsync)}", LookAsync);

    private async Task SayAsync()
    {
        foreach (var check in new Preflight(context, scope).Checks)
        {
            var (text, severity) = await check.LookAsync();
            Say(new Finding(check.Name, text, severity));
        }

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
        foreach (var check in preflight.Checks) Log.Debug("{Name:l}: {Text:l}", check.Name, (await check.LookAsync()).Text);
        if (scope.Signs)
        {
            await context.EnsurePushAllowedAsync();
            await preflight.EnsureUsableAsync(await context.CosignAsync());
        }

        if (scope.Tags) await context.TagsAtStartAsync();
        var destination = context.PlannedDestination();
        if (!scope.Scans || (!context.Options.Scan.Required && destination.IsLoopback) || context.Options.Scan.Images.Count > 0) return;
        if (await context.ScannerAsync() is { Scanner: null, Obstacle: { } obstacle })
            foreach (var image in context.Options.Images) DeparturePolicy.Of(context, destination).EnsureMayGoUnscanned(image.Name, obstacle);
    }
}
