using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Sessions;
using Acci.Generation;
using Nuke.Common.Execution;
using Serilog;

namespace Acci.Components;

/// <summary>Removes what builds have left on this machine that were killed, before anything else is done.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RemoveLeftoversAttribute : BuildExtensionAttributeBase, IOnBuildInitialized
{
    public void OnBuildInitialized(IReadOnlyCollection<ExecutableTarget> executableTargets, IReadOnlyCollection<ExecutableTarget> executionPlan)
    {
        if (Build is IHazDryRun { DryRun: true }) return;
        try
        {
            var own = new PrivateEngine(new EngineScripts(CacheDirectory.Default));
            foreach (var leftover in Session.RemoveAbandonedAsync(CacheDirectory.Default, Interruption.Token, own.MayRunAsync).GetAwaiter().GetResult())
                Log.Debug("Removed what a killed build has left: {Leftover:l}", leftover);
            AtomicFile.Note = Session.Current.TryNote;
        }
        catch (DeliveryException exception)
        {
            Environment.Exit(BuildProcess.Refuse(exception.Message));
        }
    }
}
