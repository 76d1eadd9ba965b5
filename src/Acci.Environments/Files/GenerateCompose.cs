using Acci.Delivery;
using Serilog;

namespace Acci.Environments.Files;

/// <summary>Writes the compose files, and removes those of environments that have no settings any more.</summary>
/// <param name="files">The files.</param>
public sealed class GenerateCompose(ComposeFiles files) : Verb
{
    /// <inheritdoc/>
    public override Task PlanAsync()
    {
        foreach (var warning in files.Warnings()) Log.Warning("{Warning:l}", warning);
        foreach (var file in files.GeneratedFiles())
            Log.Information("{File:l}: {Result:l}", file.Path, file.IsUpToDate(files.Root) ? "unchanged" : "would be written");
        foreach (var file in files.ObsoleteFiles()) Log.Information("{File:l}: would be removed", file);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">A setting is missing or cannot be used.</exception>
    public override Task RunAsync()
    {
        foreach (var warning in files.Warnings()) Log.Warning("{Warning:l}", warning);
        foreach (var file in files.GeneratedFiles())
            Log.Information("{File:l}: {Result:l}", file.Path, file.Write(files.Root) ? "written" : "unchanged");
        foreach (var file in files.ObsoleteFiles())
        {
            File.Delete(Path.Combine(files.Root, file));
            Log.Information("{File:l}: removed", file);
        }

        return Task.CompletedTask;
    }
}
