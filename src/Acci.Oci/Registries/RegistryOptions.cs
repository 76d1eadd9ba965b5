using Acci.Oci.Retries;

namespace Acci.Oci.Registries;

/// <summary>How a registry is talked to.</summary>
public sealed record RegistryOptions
{
    /// <summary>Where credentials come from, asked only when the registry wants some. Default: none.</summary>
    public ICredentialSource Credentials { get; init; } = Registries.Credentials.None;

    /// <summary>Several registries are used at once: <c>--registry-user</c> is a login for one, so messages do not advise to give it. Default: there is one.</summary>
    public bool IsOneOfSeveral { get; init; }

    /// <summary>How long failures that may pass are met with another attempt, and who is told.</summary>
    public RetryOptions Retry { get; init; } = new();

    /// <summary>The clock: that of the retries.</summary>
    internal TimeProvider Time => Retry.Time;

    /// <summary>Is told what a registry warns of, and what is odd in it and hides something; each once. Default: nobody.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>How long a registry that was never reached is waited for. Default: 5 seconds; a wrong address should not take minutes to be said.</summary>
    public TimeSpan FirstContactBudget { get; init; } = RetryOptions.FirstContact;

    /// <summary>How long nothing may happen on a connection before the attempt counts as failed. Default: 60 seconds.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many blobs travel at the same time. Default: 4.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>
    /// Blobs larger than this go up in chunks from the start, so that a lost connection costs one chunk; smaller ones first in one request, and in chunks once that
    /// broke off. Default: 128 MiB.
    /// </summary>
    public long WholeBlobLimit { get; init; } = 128 * 1024 * 1024;

    /// <summary>The size of a chunk in bytes, unless the registry asks for larger ones, or takes only smaller ones. Default: 16 MiB.</summary>
    public int ChunkSize { get; init; } = 16 * 1024 * 1024;

    /// <summary>Whether plain http is spoken. Default: with loopback registries (127.0.0.0/8, ::1, localhost) only; all others have https.</summary>
    public bool? PlainHttp { get; init; }

    /// <summary>How a registry is named for plain http, as messages say it: <c>--registry http://registry.lan:5000</c>. Default: they do not.</summary>
    public string? PlainHttpName { get; init; }

    /// <summary>The file that an authority to trust belongs into, as messages say it: <c>~/.docker/certs.d/HOST/ca.crt</c>. Default: they do not.</summary>
    public string? AuthorityName { get; init; }

    /// <summary>What certificates are verified by beside the machine's authorities, wherever the registry sends on to, too. Default: nothing.</summary>
    public RegistryTrust Trust { get; init; } = RegistryTrust.None;

    /// <summary>Repositories of the same registry whose blobs may be mounted instead of being sent, such as the base image's.</summary>
    public IReadOnlyList<string> MountFrom { get; init; } = [];
}
