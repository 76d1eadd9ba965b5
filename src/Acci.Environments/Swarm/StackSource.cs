using Acci.Delivery;
using Acci.Environments.Files;
using Acci.Environments.Specification;

namespace Acci.Environments.Swarm;

/// <summary>
/// Whose a stack is. A stack has the same name from whichever checkout it is deployed, and a swarm does not tell repositories apart by names: so each of its services says
/// where it comes from.
/// </summary>
/// <param name="Repository">The address of this repository; null where it has none.</param>
/// <param name="Checkout">This checkout, by its folder, machine and user; null where there is no git repository, as in a job that only deploys.</param>
internal sealed record StackSource(string? Repository, string? Checkout)
{
    /// <summary>The label that services have.</summary>
    public const string Label = "org.acci.source";

    /// <summary>The label that tells which deployment wrote a service last.</summary>
    public const string DeploymentLabel = "org.acci.deployment";

    private string? Value => Repository ?? Checkout;

    /// <summary>The source of this checkout.</summary>
    public static async Task<StackSource> OfAsync(DeliveryContext context)
    {
        try
        {
            var facts = await context.FactsAsync();
            return new(facts.Repository.Url is { Length: > 0 } url ? url : null, facts.Sha.Length > 0 ? $"checkout-{LocalName.HashOf(context.Options.Root)}" : null);
        }
        catch (DeliveryException)
        {
            // Without git, or where git refuses the folder.
            return new(null, null);
        }
    }

    /// <summary>The stack with its source at each service, where that is known, and with the deployment.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="deployment">Tells this deployment from all others. It is the service's, so that it changes no replica.</param>
    public ComposeFile Mark(ComposeFile stack, string deployment) => stack with
    {
        Services = stack.Services.ToDictionary(x => x.Key, x => x.Value with { Deploy = new MarkedDeploy(x.Value.Deploy ?? new Deploy(), Value, deployment) }),
    };

    /// <summary>Makes sure that a stack is none of another repository's. One that says nothing was deployed by an earlier version, or by hand.</summary>
    /// <param name="stack">Its name.</param>
    /// <param name="services">Its services.</param>
    /// <exception cref="DeliveryException">It is another's.</exception>
    public void EnsureOwns(string stack, IReadOnlyList<SwarmService> services)
    {
        if (services.FirstOrDefault(x => x.Source is not null && !IsOwn(x.Source)) is not { } other) return;
        var moved = Value is null ? "" : $" If the repository has moved, tell it to each service of the stack: docker service update --label-add {Label}={Value} {other.Name}.";
        throw new DeliveryException(
            $"The stack {stack} is of another repository, {SafeText.Terminal(other.Source!)}, and this is {Value ?? "no git repository"}: give this one another name with {LocalName.Variable}.{moved} "
            + "Nothing was changed.");
    }

    private bool IsOwn(string source) => new[] { Repository, Checkout }.OfType<string>().Select(Plain).Contains(Plain(source));

    private static string Plain(string source)
    {
        var address = source[(source.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0)..].TrimEnd('/').ToUpperInvariant();
        return address.EndsWith(".GIT", StringComparison.Ordinal) ? address[..^4] : address;
    }

    private sealed record MarkedDeploy : Deploy
    {
        public MarkedDeploy(Deploy deploy, string? source, string deployment) : base(deploy)
        {
            var labels = new Dictionary<string, Scalar>();
            if (source is not null) labels[Label] = Scalar.Literal(source);
            labels[DeploymentLabel] = Scalar.Literal(deployment);
            Labels = labels;
        }

        // The service's, and not its containers'.
        public IReadOnlyDictionary<string, Scalar> Labels { get; }
    }
}
