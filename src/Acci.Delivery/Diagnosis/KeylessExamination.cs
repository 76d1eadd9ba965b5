using System.Net;
using Acci.Delivery.Signing;
using Acci.Oci.Retries;
using static Acci.Delivery.Diagnosis.FindingSeverity;

namespace Acci.Delivery.Diagnosis;

/// <summary>
/// Tries what keyless signing can be tried with before there is anything to sign: whether the job gets an identity token, and whether Sigstore's
/// services answer. Nothing is signed, and no certificate is asked for.
/// </summary>
/// <param name="context">What was set, and what the machine has.</param>
internal sealed class KeylessExamination(DeliveryContext context)
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    /// <summary>What tests ask instead of the services that were set.</summary>
    internal IReadOnlyList<SigstoreService>? Services { get; init; }

    /// <summary>Tries them; empty where no workflow signs, or where none can: that the preflight says.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync()
    {
        if (!context.Options.Keyless || !IdentityTokens.CanBeAsked(context.Environment)) return [];
        SigstoreFiles files;
        try
        {
            files = SigstoreFiles.Of(context.Options);
        }
        catch (WrongUseException)
        {
            return [];
        }

        var services = Services ?? SigstoreService.Of(files, context.Environment);
        var usesMirror = files.SigningConfig is null || files.TrustedRoot is null;
        return [.. await LookAtTokenAsync(files), .. await Task.WhenAll(services.Select(LookAtAsync)), .. usesMirror ? LookAtMirror() : []];
    }

    // cosign may know how to read it; there is nothing here to ask.
    private IEnumerable<Finding> LookAtMirror() =>
        SigstoreService.MirrorOf(context.Environment) is { } mirror && SigstoreService.TryParseWeb(mirror) is null
            ? [new Finding("TUF", $"{(context.Environment.Find(SigstoreService.Mirror) is null ? "The mirror of `cosign initialize`" : SigstoreService.Mirror)} is '{mirror}', which is no https address: whether it can be read was not tried", Notice)]
            : [];

    private async Task<IReadOnlyList<Finding>> LookAtTokenAsync(SigstoreFiles files)
    {
        const string name = "Identity token";
        try
        {
            var own = await SigningIdentity.Keyless.FromGitHubActionsAsync(context.Environment, context.Retry with { Budget = AnswerTime }, context.CancellationToken);
            var found = new Finding(name, $"of {own.Identity}, run by {own.Source.Repository}, issued by {own.Source.Issuer}", Good);
            return PublicLog.WarningFor(own, files, context.Environment) is { } warning ? [found, new Finding("Public log", warning, Notice)] : [found];
        }
        catch (RetriesExhaustedException exception)
        {
            return [new Finding(name, $"GitHub's token service gave none within {AnswerTime.TotalSeconds:0} s ({exception.Reason}): signing asks again for as long as --retry-budget", Notice)];
        }
        catch (DeliveryException exception)
        {
            return [new Finding(name, exception.Message, Fatal)];
        }
    }

    private async Task<Finding> LookAtAsync(SigstoreService service)
    {
        // Where it leads to is for cosign to follow: that it leads somewhere is an answer.
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = AnswerTime };
        try
        {
            using var answer = await http.GetAsync(service.Probe, HttpCompletionOption.ResponseHeadersRead, context.CancellationToken);
            // Any answer but a failure says that it is there: not each of its paths can be read.
            return answer.StatusCode < HttpStatusCode.InternalServerError
                ? new Finding(service.Name, $"{service.Address} answers", Good)
                : new Finding(service.Name, $"{service.Address} answers {(int)answer.StatusCode}: signing is tried again for as long as --retry-budget", Notice);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !context.CancellationToken.IsCancellationRequested)
        {
            var reason = exception is HttpRequestException ? exception.GetBaseException().Message.TrimEnd('.')
                : $"no answer within {AnswerTime.TotalSeconds:0} s";
            return new Finding(service.Name, $"{service.Address} does not answer ({reason}). Check the network, or name a Sigstore that this machine reaches", Notice);
        }
    }
}
