using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.Scanning;
using Acci.Delivery.Signing;
using Acci.Delivery.SmokeTests;

namespace Acci.Delivery.Diagnosis;

/// <summary>
/// What can be known before anything is built, of the steps that are going to be taken. The first target of a build looks at it, <c>--dry-run</c> prints it and Doctor
/// reports it: all three say the same. Nothing is written, started or sent.
/// </summary>
/// <param name="context">What was set, and what the machine has.</param>
/// <param name="scope">The steps.</param>
public sealed class Preflight(DeliveryContext context, DeliveryScope scope)
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    private static readonly (string Target, PublishStep[] Steps)[] StepsOf =
    [
        (nameof(SmokeTestImages), [PublishStep.SmokeTest]),
        (nameof(ScanImages), [PublishStep.Scan]),
        (nameof(SignImages), [PublishStep.Push, PublishStep.Sign]),
    ];

    /// <summary>The checks, in the order in which people correct what is wrong.</summary>
    public IReadOnlyList<PreflightCheck> Checks =>
    [
        .. When(scope.Signs || scope.Builds || context.Options.Registry is not null, "Destination", LookAtDestination),
        .. When(context.HasCertificates(), "Certificates", () => Task.FromResult(context.DescribeCertificates())),
        .. When(scope.Builds || scope.UsesEngine, "Cache", LookAtCache),
        .. When(scope.Builds, "Artifacts", LookAtArtifacts),
        .. When(scope.Builds, "Version", LookAtVersionAsync),
        .. BuildsForOthers && ProxiesWithLogin is { Count: > 0 } ? [new PreflightCheck("Proxies", LookAtProxies)] : Array.Empty<PreflightCheck>(),
        .. BadIgnoreFile is { } bad ? When(true, "Ignore files", () => throw new DeliveryException(bad)) : [],
        .. scope.Builds && SecretsProblem is { } problem ? [new PreflightCheck("Secrets", () => LookAtSecrets(problem))] : Array.Empty<PreflightCheck>(),
        .. When(BuildsForOthers, "Sources", () => BuildContexts.LookAsync(context)),
        .. When(scope.Tags && scope.Skipped.Count > 0, "Skipped", LookAtSkipped),
        .. When(scope.Tags, "Tags", LookAtTagsAsync),
        .. When(scope.Scans, "Gate", LookAtGate),
        .. When(context.Options is { SigstoreSigningConfig: not null } or { SigstoreTrustedRoot: not null }, "Sigstore", LookAtSigstore),
        .. When(scope.Signs, "Signing", LookAtSigningAsync),
        // A key that signs was looked at just now. Without --keyless, a record may name the workflow that a repository or issuer is said of.
        .. When(context.Options is { SignedBy: not null } or { Keyless: true, SignedByRepository: not null } or { Keyless: true, SignedByIssuer: not null }, "Signer", LookAtSignerAsync),
    ];

    /// <summary>The same of the programs that the steps need.</summary>
    internal IReadOnlyList<PreflightCheck> Tools =>
    [
        .. scope.Scans ? [new PreflightCheck("Scanner", LookAtScannerAsync)] : Array.Empty<PreflightCheck>(),
        .. scope.Signs ? [new PreflightCheck("cosign", LookAtCosignAsync)] : Array.Empty<PreflightCheck>(),
        .. scope.UsesEngine ? [Engine.Engine] : Array.Empty<PreflightCheck>(),
        // A target before the build may start a node, and the build asks each.
        .. scope is { UsesEngine: true, Builds: true } && !IsMerged && !(IsRun && context.Options.BuilderNodes is { Count: > 0 }) ? Engine.Builders : [],
    ];

    /// <summary>What was looked at is done next, and not only said.</summary>
    internal bool IsRun { get; init; }

    // Other machines have built it.
    private bool IsMerged => context.Options.ImageParts is not null;

    // What it builds is signed: by it, or by the machine that merges what it has built for a registry elsewhere.
    private bool BuildsForOthers => scope.Builds && !IsMerged && (scope.Signs || IsForElsewhere);

    // Another check reports a registry that cannot be.
    private bool IsForElsewhere
    {
        get
        {
            try
            {
                return context.NamedDestinations().Any(x => !x.IsLoopback);
            }
            catch (DeliveryException)
            {
                return false;
            }
        }
    }

    private string? SecretsProblem => IsMerged || BadIgnoreFile is not null ? null : ContextSecrets.FindProblem(context.Options);

    private EngineExamination Engine => new(context, AnswerTime) { AsksRegistry = !IsRun };

    private static IEnumerable<PreflightCheck> When(bool isNeeded, string name, Func<Task<string>> look) =>
        isNeeded ? [new PreflightCheck(name, look)] : [];

    private Task<string> LookAtDestination()
    {
        _ = context.GivenCredentials();
        // Of a build that stays here docker says itself that it cannot read it, and goes on.
        if (scope.Signs || context.Options.Registry is not null) new DockerConfig(context.Environment).EnsureReadable();
        return Task.FromResult(context.NamedDestinations() is { Count: > 0 } named ? string.Join(", ", named) : "this machine's own registry, on 127.0.0.1; name another with --registry");
    }

    // Another check reports a configuration that cannot be read.
    private IReadOnlyList<string> ProxiesWithLogin
    {
        get
        {
            try
            {
                return PrivateConfiguration.ProxiesWithLogin(context.Environment);
            }
            catch (DeliveryException)
            {
                return [];
            }
        }
    }

    private Task<(string Text, FindingSeverity Severity)> LookAtProxies() => Task.FromResult((
        $"{string.Join(", ", ProxiesWithLogin)} in docker's config.json: the login is not given to the private engine; another engine's BuildKit writes it into the provenance of "
        + "images, and such an image is not pushed to a registry elsewhere",
        FindingSeverity.Notice));

    private string? BadIgnoreFile => scope.Builds && !IsMerged ? Dockerfiles.FindBadIgnoreFile(context.Options.Images, context.Options.Root) : null;

    private Task<(string Text, FindingSeverity Severity)> LookAtSecrets(string problem)
    {
        DeparturePolicy.Of(context, context.PlannedDeparture()).EnsureMayBeBuilt(problem);
        return Task.FromResult((problem, FindingSeverity.Notice));
    }

    private Task<string> LookAtCache()
    {
        var folder = context.Options.CacheDirectory.Path;
        if (scope.Builds && FolderAccess.FindUnwritable(folder) is { } obstacle)
            throw new DeliveryException(
                $"The build keeps what it fetches in {folder}, and {obstacle} cannot be written (read-only file system, or no permission): name another folder with ACCI_CACHE.");
        context.Options.CacheDirectory.LookWhetherOwn();
        return Task.FromResult(folder);
    }

    private Task<string> LookAtArtifacts()
    {
        var files = new ImageFiles(context.Options);
        context.EnsureMayWriteArtifacts([Path.GetDirectoryName(files.BakeFile)!, files.Layouts, files.Publishes, .. scope.Scans ? [files.Scans] : Array.Empty<string>()]);
        return Task.FromResult(context.Options.Artifacts);
    }

    private async Task<string> LookAtVersionAsync()
    {
        var version = await context.VersionAsync();
        await DeparturePolicy.Of(context, context.PlannedDeparture()).EnsureTreeIsItsTagsAsync(version, context.CancellationToken);
        return $"{version}{(version.IsDirty ? ", with changes that are not committed" : "")}{string.Concat(version.Warnings.Select(x => $" {x}"))}";
    }

    // A step that is left out has to be done already, for an image that is built already: tags would not move, after everything else.
    private Task<string> LookAtSkipped()
    {
        var policy = DeparturePolicy.Of(context, context.PlannedDeparture());
        var needed = StepsOf.Where(x => scope.Skipped.Contains(x.Target)).ToArray();
        foreach (var image in context.Options.Images)
        {
            var record = scope.Skipped.Contains(nameof(BuildImages)) ? PublishRecord.Read(context.Options.RecordOf(image.Name)) : null;
            var open = record is null ? needed : [.. needed.Where(x => policy.OpenBeforeTags(record).Intersect(x.Steps).Any())];
            if (open.Length == 0) continue;
            var targets = string.Join(" and ", open.Select(x => x.Target));
            var advice = open.Any(x => x.Target == nameof(SmokeTestImages))
                ? " Where the ports of the Docker engine cannot be reached from here, SmokeTestImages goes by the image's own health check." : "";
            throw new WrongUseException(
                $"--skip cannot have {targets} beside Publish: tags move only after that, and it has not been done for the image '{image.Name}'. "
                + $"Do not skip it, or run the other targets without Publish.{advice}");
        }

        return Task.FromResult($"{string.Join(", ", scope.Skipped)}; what tags need of that has been done");
    }

    private async Task<string> LookAtTagsAsync() => string.Join(", ", (await context.TagsAsync()).All);

    private Task<string> LookAtGate()
    {
        var gate = SeverityGate.Of(context.Options.Root, context.Options.Scan);
        return Task.FromResult($"{string.Join(", ", gate.Severities.OrderDescending().Select(x => x.ToName()))} stop an image");
    }

    private async Task<(string Text, FindingSeverity Severity)> LookAtScannerAsync()
    {
        var (scanner, obstacle) = await context.PlannedScannerAsync();
        // With a network Trivy gets a newer one, if it can.
        if (scanner is not null && context.Options.Scan is { Offline: true, Images: [] } && LookAtDatabase() is { } doubt) return ($"{scanner}; {doubt}", FindingSeverity.Notice);
        if (scanner is not null) return (scanner, Path.IsPathRooted(scanner) ? FindingSeverity.Good : FindingSeverity.Notice);
        if (context.Options.Scan.Images is [var published, ..]) throw new DeliveryException($"{published} cannot be scanned: {obstacle}");
        foreach (var image in context.Options.Images) DeparturePolicy.Of(context, context.PlannedDeparture()).EnsureMayGoUnscanned(image.Name, obstacle!);
        return ($"images are not scanned, and stay on this machine: {obstacle}", FindingSeverity.Notice);
    }

    // What is wrong with the database of a scan without a network, where that does not end the build.
    private string? LookAtDatabase()
    {
        var folder = context.Options.CacheDirectory.Combine(TrivyLocator.CacheFolder);
        var none = Trivy.FindNoDatabase(folder);
        if ((none ?? ScanRecord.DoubtOf(Trivy.DateOfDatabase(folder), context.Time.GetUtcNow())) is not { } doubt) return null;
        var policy = DeparturePolicy.Of(context, context.PlannedDestination());
        // The bytes may prove to be those of the last scan.
        var anew = context.Options.Images.Where(x => !HasFreshScan(x.Name));
        return anew.Select(x => none ?? policy.ProblemWithDatabase(x.Name, doubt)).FirstOrDefault(x => x is not null) is { } problem ? throw new DeliveryException(problem) : doubt;
    }

    private bool HasFreshScan(string image)
    {
        try
        {
            return !context.Options.Republish && ScanRecord.Read(Path.Combine(new ImageFiles(context.Options).Scans, image))?.IsFreshAt(context.Time.GetUtcNow()) is true;
        }
        catch (DeliveryException)
        {
            return false;
        }
    }

    private async Task<string> LookAtSigningAsync()
    {
        var choice = SigningChoice.Of(context);
        if (choice is { Named: null, IsKeyless: false })
        {
            LocalKeyPair.Look(choice.KeyDirectory);
            LocalKeyPair.LookAtKey(choice.KeyDirectory);
        }

        if (choice.Named is not { } key) return choice.ToString();
        // Where cosign has to be fetched first, it tries the key when it is there.
        if ((await context.FindCosignAsync()).Program is { } cosign) await EnsureUsableAsync(new Cosign(cosign, key));
        else key.EnsureMayBeKey();
        return choice.ToString();
    }

    private async Task<(string Text, FindingSeverity Severity)> LookAtCosignAsync()
    {
        var (program, obstacle) = await context.FindCosignAsync();
        return program is not null ? (program, FindingSeverity.Good)
            : (obstacle ?? "not on the PATH: it will be fetched from the distribution's packages for signing", FindingSeverity.Notice);
    }

    private Task<string> LookAtSigstore()
    {
        var files = SigstoreFiles.Of(context.Options);
        return Task.FromResult($"signs by {files.SigningConfig ?? "what TUF says"}, verifies by {files.TrustedRoot ?? "what TUF says"}");
    }

    private async Task<string> LookAtSignerAsync() => (await context.ExpectedSignerAsync()).ReadName();

    /// <summary>Lets cosign read the key, which it can do only with the right password.</summary>
    /// <exception cref="WrongUseException">It cannot.</exception>
    internal async Task EnsureUsableAsync(Cosign cosign)
    {
        try
        {
            await cosign.ReadSignerAsync(context.CancellationToken);
        }
        catch (CommandFailedException exception) when (cosign.Identity is SigningIdentity.KeyText or SigningIdentity.Key { IsService: false } && context.Options.SigningKey is not null)
        {
            throw new WrongUseException($"--signing-key, with the password in --signing-password, cannot be used: {exception.Message}", exception);
        }
    }
}

/// <summary>One thing that is looked at.</summary>
/// <param name="Name">What: "Signing".</param>
/// <param name="LookAsync">Says what will be used, or throws what a build would fail with.</param>
public sealed record PreflightCheck(string Name, Func<Task<string>> LookAsync)
{
    private readonly Func<Task<(string Text, FindingSeverity Severity)>> _find = async () => (await LookAsync(), FindingSeverity.Good);

    /// <summary>A check of what may be there and not be what one would expect.</summary>
    internal PreflightCheck(string name, Func<Task<(string Text, FindingSeverity Severity)>> find)
        : this(name, async () => (await find()).Text) => _find = find;

    /// <summary>As <see cref="LookAsync"/>, with what it means.</summary>
    internal async Task<Finding> FindAsync()
    {
        var (text, severity) = await _find();
        return new Finding(Name, text, severity);
    }

    /// <summary>As <see cref="FindAsync"/>, where a build's failure is a finding, too.</summary>
    internal async Task<Finding> ReportAsync()
    {
        try
        {
            return await FindAsync();
        }
        catch (DeliveryException exception)
        {
            return new Finding(Name, exception.Message, FindingSeverity.Fatal);
        }
    }
}
