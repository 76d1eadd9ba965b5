using System.Globalization;
using System.Security.Authentication;
using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Oci.Retries;

namespace Acci.Delivery.Engines;

/// <summary>
/// Has an engine get images, with a command of its own. The engine does not try again what failed for a reason that may pass, and waits without end for a registry that takes
/// connections and says nothing.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
public sealed class ImagePull(DeliveryContext context)
{
    private static readonly TimeSpan LongestSilence = new RegistryOptions().StallTimeout;

    // As everywhere: who is given less time for failures than for silence is not waited for longer.
    private TimeSpan Silence => context.Options.RetryBudget is var budget && budget > TimeSpan.Zero && budget < LongestSilence ? budget : LongestSilence;

    /// <summary>Runs the command until it succeeds, or fails for good.</summary>
    /// <param name="operation">What it gets, as it begins a message.</param>
    /// <param name="command">The command.</param>
    /// <param name="images">The images it gets; asked where it shows no progress.</param>
    /// <param name="onLine">Gets each line of its output.</param>
    /// <returns>How it ended: well, or with a failure that trying again does not change.</returns>
    /// <exception cref="DeliveryException">It kept failing until the retry budget was used up, or a registry does not answer.</exception>
    public Task<CommandResult> RunAsync(string operation, Command command, Func<CancellationToken, Task<IReadOnlyList<string>>> images, Action<string> onLine) =>
        new RetryPolicy(context.Retry.ForFirstContact()).RunAsync(operation, async attempt =>
        {
            var result = await WatchAsync(command, images, onLine, attempt.CancellationToken);
            return !result.Succeeded && PassingFailure.Find($"{result.StandardError}\n{result.StandardOutput}") is { } failure ? throw failure : result;
        }, context.CancellationToken);

    /// <summary>Asks a registry whether it is there.</summary>
    /// <param name="domain">The registry.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<RegistryAnswer> AskAsync(string domain, CancellationToken cancellationToken)
    {
        using var registry = context.Connect(domain);
        try
        {
            await registry.EnsureReachableAsync(cancellationToken);
            return RegistryAnswer.Answers;
        }
        catch (DeliveryException exception)
        {
            return (exception as RetriesExhaustedException ?? exception.InnerException) switch
            {
                RetriesExhaustedException { IsSilence: true } silent when !IsOfConnection(silent) => RegistryAnswer.Silent,
                RetriesExhaustedException { IsAnswer: true } or HttpRequestException { InnerException: AuthenticationException } => RegistryAnswer.Answers,
                RetriesExhaustedException or HttpRequestException => RegistryAnswer.NotReached,
                _ => RegistryAnswer.Answers,
            };
        }
    }

    // What drops packets is a firewall's, and others may reach it. Source: dotnet/runtime, HttpConnectionPool, net_http_connect_timedout.
    private static bool IsOfConnection(Exception? exception) =>
        exception is not null && ((exception is TimeoutException && exception.Message.Contains("ConnectTimeout", StringComparison.Ordinal)) || IsOfConnection(exception.InnerException));

    /// <summary>Runs the command once, and ends it where a registry is silent.</summary>
    /// <param name="command">The command.</param>
    /// <param name="images">The images that it asks registries for; asked where it shows no progress.</param>
    /// <param name="onLine">Gets each line of its output.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    /// <param name="silence">How long it may show no progress; when nothing is said, a minute, or the retry budget where that is less.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="DeliveryException">A registry does not answer.</exception>
    public async Task<CommandResult> WatchAsync(
        Command command, Func<CancellationToken, Task<IReadOnlyList<string>>> images, Action<string> onLine, CancellationToken cancellationToken, TimeSpan? silence = null)
    {
        var longest = silence ?? Silence;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = new Progress(context.Time);
        var run = CommandRunner.TryRunAsync(command, line =>
        {
            progress.Read(line);
            onLine(line);
        }, stop.Token);
        try
        {
            while (await Task.WhenAny(run, Task.Delay(progress.Left(longest), context.Time, stop.Token)) != run)
            {
                if (progress.Left(longest) > TimeSpan.Zero) continue;
                // Layers may be large and networks slow, and an engine may have mirrors: what decides is whether the registry is silent for others, too.
                if (await FindSilentAsync(await images(stop.Token), stop.Token) is { } domain && !run.IsCompleted)
                {
                    throw new DeliveryException(string.Create(
                        CultureInfo.InvariantCulture,
                        $"Docker shows no progress with {domain} for {longest.TotalSeconds:0} s, and the registry does not answer this build either. Check the network and the registry, then run the same command again."));
                }

                progress.Restart();
            }

            return await run;
        }
        finally
        {
            await stop.CancelAsync();
            // It has ended when this returns, or Docker would go on with it.
            await run.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    // One that cannot be reached from here may be within Docker's reach.
    private async Task<string?> FindSilentAsync(IReadOnlyList<string> images, CancellationToken cancellationToken)
    {
        foreach (var domain in images.Select(x => ImageReference.Parse(x).Normalize().Domain!).Distinct())
        {
            if (await AskAsync(domain, cancellationToken) == RegistryAnswer.Silent) return domain;
        }

        return null;
    }

    /// <summary>When the output last said something that it had not said before.</summary>
    private sealed class Progress(TimeProvider time)
    {
        private readonly HashSet<string> _seen = [];
        private long _at = time.GetTimestamp();

        /// <summary>How long it is until it has said nothing new for so long.</summary>
        public TimeSpan Left(TimeSpan silence) => silence - time.GetElapsedTime(Volatile.Read(ref _at)) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

        public void Read(string line)
        {
            // Compose repeats the progress of a stalled download ten times a second.
            lock (_seen)
            {
                if (_seen.Add(line)) Restart();
            }
        }

        public void Restart() => Volatile.Write(ref _at, time.GetTimestamp());
    }
}
