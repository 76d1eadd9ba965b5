using System.Text;
using Acci.Delivery.Processes;

namespace Acci.Delivery.GitHub;

/// <summary>
/// What a step hands on to later steps and jobs: the file that GITHUB_OUTPUT names. Source: GitHub's documentation, "Workflow commands", sections "Setting an output
/// parameter" and "Multiline strings".
/// </summary>
/// <param name="file">The file.</param>
public sealed class StepOutputs(string file)
{
    /// <summary>The outputs of the step this runs in; none outside GitHub Actions.</summary>
    public static StepOutputs? Of(ProcessEnvironment environment) => environment.Find("GITHUB_OUTPUT") is { } file ? new StepOutputs(file) : null;

    /// <summary>Makes sure that outputs can be set.</summary>
    /// <exception cref="DeliveryException">The file cannot be written.</exception>
    public void EnsureWritable()
    {
        try
        {
            new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeliveryException($"{file}, which GITHUB_OUTPUT names, cannot be written, and later steps would not get this step's outputs: {exception.Message}", exception);
        }
    }

    /// <summary>Sets outputs; one that was set before gets the new value.</summary>
    public Task WriteAsync(IEnumerable<KeyValuePair<string, string>> outputs, CancellationToken cancellationToken = default)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in outputs)
        {
            // A delimiter that nobody can guess: a value must not be able to end itself and set another output.
            var delimiter = $"end-{Guid.NewGuid():N}";
            text.Append(value.AsSpan().ContainsAny('\r', '\n') ? $"{name}<<{delimiter}\n{value}\n{delimiter}\n" : $"{name}={value}\n");
        }

        return File.AppendAllTextAsync(file, text.ToString(), cancellationToken);
    }
}
