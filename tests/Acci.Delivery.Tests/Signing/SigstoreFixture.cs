using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Oci.Retries;
using Acci.Sigstore.StandIn;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>A Sigstore of the tests' own, and jobs of GitHub Actions whose cosign, the real one, uses it.</summary>
public sealed class SigstoreFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private SigstoreStandIn? _standIn;
    private string? _cosign;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _standIn = await SigstoreStandIn.StartAsync(_folder.Combine("sigstore"));
        if (IsCosignHere) _cosign = await new PrivateTools(new EngineScripts(CacheDirectory.Default)).CosignAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_standIn is not null) await _standIn.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>The file by which clients trust this Sigstore.</summary>
    public string TrustedRoot => _folder.Combine("sigstore", "trusted_root.json");

    /// <summary>The variables by which every cosign finds it by TUF.</summary>
    public IReadOnlyDictionary<string, string> TrustVariables => _standIn!.TrustVariables;

    /// <summary>The program that signs, without what leads it to this Sigstore.</summary>
    public string CosignItself => _cosign!;

    /// <summary>A job of octo/app that pushes to its main branch, unless its token says something else.</summary>
    public ProcessEnvironment Job(params (string Name, string Value)[] claims)
    {
        var all = claims.ToDictionary(x => x.Name, x => x.Value);
        all.TryAdd("repository", "octo/app");
        var variables = _standIn!.JobVariables(all.Select(x => (x.Key, x.Value)));
        return With(TestEnvironment.OutsideWorkflows, variables).With(
        [
            .. variables.Select(x => (x.Key, x.Value)),
            ("GITHUB_ACTIONS", "true"), ("GITHUB_SERVER_URL", all.GetValueOrDefault("server_url", "https://github.com")),
            ("GITHUB_REPOSITORY", all["repository"]), ("GITHUB_EVENT_NAME", "push"),
            ("GITHUB_REF", all.GetValueOrDefault("ref", "refs/heads/main")), ("GITHUB_SHA", new string('a', 40)),
        ]);
    }

    /// <summary>Whether programs find this Sigstore by TUF; else they have to be given its files.</summary>
    public bool IsFoundByTuf { get; init; } = true;

    /// <summary>One of the files that clients are given.</summary>
    public string FileOf(string name) => _folder.Combine("sigstore", name);

    /// <summary>Which of the stand-in's configurations programs sign with; null for the one that they get by TUF.</summary>
    public string? Configuration { get; init; }

    /// <summary>Lets a service fail from now on.</summary>
    public void Fail(string path, ServiceFault fault, int count = int.MaxValue) => _standIn!.Fail(path, fault, count);

    /// <summary>Where the services are.</summary>
    public string Address => _standIn!.Address;

    /// <summary>What the services answered, in order.</summary>
    public IReadOnlyList<string> Requests => _standIn!.Requests;

    /// <summary>A person's machine, which trusts this Sigstore and gets no token.</summary>
    public ProcessEnvironment Outside() => With(TestEnvironment.OutsideWorkflows, new Dictionary<string, string>());

    /// <summary>What signs in a job.</summary>
    public async Task<Cosign> CosignAsync(ProcessEnvironment job, RetryOptions? retry = null) =>
        new(Executables.Find("cosign", job)!, await SigningIdentity.Keyless.FromGitHubActionsAsync(job, retry ?? new RetryOptions(), Cancellation))
        {
            Retry = retry ?? new RetryOptions(),
        };

    private static bool IsCosignHere => Executables.Find("cosign") is not null || PrivateEngine.CanFetchPackages;

    private string Arguments => Configuration is null ? "" : $"""
        case $1 in sign|attest)
            verb=$1; shift
            set -- $verb --signing-config '{FileOf($"signing_config.{Configuration}.json")}' --trusted-root '{TrustedRoot}' "$@" ;;
        esac

        """.ReplaceLineEndings("\n");

    // A program gets the variables of this process, which all tests share: the job's own come from a script around it.
    private ProcessEnvironment With(ProcessEnvironment environment, IReadOnlyDictionary<string, string> variables)
    {
        Assert.SkipUnless(IsCosignHere, "cosign is not on the PATH, and this machine does not run Debian, whose packages have it.");
        var folder = Directory.CreateDirectory(_folder.Combine($"job-{Guid.NewGuid():n}")).FullName;
        var program = Path.Combine(folder, "cosign");
        var exports = (IsFoundByTuf ? _standIn!.TrustVariables : new Dictionary<string, string> { ["TUF_MIRROR"] = "http://127.0.0.1:9/none", ["TUF_ROOT"] = _folder.Combine("no-tuf") }).Concat(variables).Select(x => $"export {x.Key}='{x.Value}'\n");
        File.WriteAllText(program, $"#!/bin/sh\n{string.Concat(exports)}{Arguments}exec '{_cosign}' \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return environment.WithProgramsOf(folder);
    }
}
