using Acci.Delivery.Engines;
using Acci.Delivery.Images;

namespace Acci.Delivery.SmokeTests;

/// <summary>
/// Asks a container whether it is well: from here over its published port, and where that may lead elsewhere, through its engine too, by the image's
/// own check, or by a program of the image that asks inside the container.
/// </summary>
/// <param name="container">The container.</param>
/// <param name="endpoint">What is asked.</param>
/// <param name="ports">How its port is reached from here.</param>
/// <param name="time">The clock that it is waited by.</param>
internal sealed class HealthQuestion(StartedContainer container, HealthEndpoint endpoint, PortAccess ports, TimeProvider time)
{
    private const int NotExecutable = 126;
    private const int NotFound = 127;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);
    // One that is not told not to be there is a firewall's, and the engine knows better.
    private static readonly TimeSpan UncertainConnect = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, string[]> _programs = new()
    {
        ["wget"] = ["wget", "-q", "-T", "5", "-O", "/dev/null", $"http://127.0.0.1:{endpoint.Port}{endpoint.Path}"],
        ["curl"] = ["curl", "-fsS", "-m", "5", "-o", "/dev/null", $"http://127.0.0.1:{endpoint.Port}{endpoint.Path}"],
    };

    private string _problem = "it did not answer";

    /// <summary>Waits until it is.</summary>
    /// <returns>Who says so; null when it answered from here.</returns>
    /// <exception cref="DeliveryException">It is not, within a minute.</exception>
    public async Task<string?> WaitAsync(CancellationToken cancellationToken)
    {
        var address = $"{ports.Host}:{await container.PortAsync(endpoint.Port, cancellationToken)}";
        using var probe = new HttpProbe(AnswerTime, ports.IsCertain ? AnswerTime : UncertainConnect);
        var url = new Uri($"http://{address}{endpoint.Path}");
        for (var begun = time.GetTimestamp(); time.GetElapsedTime(begun) < Limit; await Task.Delay(Pause, time, cancellationToken))
        {
            var answer = await AskAsync(probe, url, cancellationToken);
            if (answer is null && !ports.IsCertain && await AskEngineAsync(cancellationToken) is { } by)
            {
                // It is up by now, so that a port that leads to it answers.
                answer = await AskAsync(probe, url, cancellationToken);
                if (answer is null) return by;
            }

            if (answer is true)
            {
                await EnsureOwnCheckAgreesAsync(cancellationToken);
                return null;
            }

            await container.EnsureRunningAsync(cancellationToken);
        }

        var advice = await AdviceAsync(cancellationToken);
        throw new DeliveryException(
            $"{container.Subject} was not healthy within {Limit.TotalSeconds:0} s: {_problem}.{advice}{await container.LastLogAsync()}");
    }

    // Whether the answer is good; null where nothing answers.
    private async Task<bool?> AskAsync(HttpProbe probe, Uri url, CancellationToken cancellationToken)
    {
        var answer = await probe.AskAsync(url, cancellationToken);
        if (answer.IsGood is not true) _problem = $"{endpoint.Path} {(answer.IsGood is null ? "did not answer:" : "answered")} {answer.Text}";
        return answer.IsGood;
    }

    private async Task<string?> AskEngineAsync(CancellationToken cancellationToken)
    {
        var health = await container.HealthAsync(cancellationToken);
        if (health == "healthy") return "the image's own check";
        if (health != "none") return null;
        foreach (var (program, command) in _programs.ToArray())
        {
            var asked = await container.RunAsync(command, cancellationToken);
            if (asked.Succeeded) return $"{program} in the container";
            if (asked.ExitCode is NotExecutable or NotFound) _programs.Remove(program);
        }

        return null;
    }

    private async Task<string> AdviceAsync(CancellationToken cancellationToken)
    {
        if (ports.IsCertain) return "";
        const string host = "if its engine is on another machine, name the host that its ports are reached at with --engine-host";
        if (await container.HealthAsync(cancellationToken) != "none")
        {
            var said = await container.InspectAsync("{{range .State.Health.Log}}{{println .Output}}{{end}}", cancellationToken);
            var lines = Redaction.Redact(said).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return $" Its own check says: {(lines is [.., var last] ? last.Trim() : "nothing")}.";
        }

        return _programs.Count > 0 ? $" The container was asked inside, too, by {string.Join(" and ", _programs.Keys)}."
            : $" The image has no HEALTHCHECK, wget or curl that could be asked instead: give it a HEALTHCHECK, or {host}.";
    }

    // The image's own HEALTHCHECK is what an orchestrator goes by, so it has to agree with what was just seen from outside.
    private async Task EnsureOwnCheckAgreesAsync(CancellationToken cancellationToken)
    {
        for (var begun = time.GetTimestamp(); time.GetElapsedTime(begun) < Limit; await Task.Delay(Pause, time, cancellationToken))
        {
            switch (await container.HealthAsync(cancellationToken))
            {
                case "healthy" or "none": return;
                case "unhealthy":
                    throw new DeliveryException(
                        $"The image's own health check says unhealthy, although its endpoint answers.{await container.LastLogAsync()}");
            }
        }

        throw new DeliveryException(
            $"The image's own health check did not come to a result within {Limit.TotalSeconds:0} s.{await container.LastLogAsync()}");
    }
}
