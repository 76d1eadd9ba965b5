using Acci.Delivery;
using Acci.Environments.Files;
using Acci.Environments.Specification;

namespace Acci.Environments.Swarm;

/// <summary>
/// Whose a stack is. A stack has the same name from whichever checkout it is deployed, and a swarm knows no other repository's from this one's by its name: so each of its
/// services says where it comes from.
/// </summary>
/// <param name="Repository">The address of this repository; null where it has none.</param>
/// <param name="Checkout">This checkout, by its folder, machine and user.</param>
internal sealed record StackSource(string? Repository, string Checkout)
{
    /// <summary>The label that services have.</summary>
    public const string Label = "org.acci.source";

    private string Value => Repository ?? Checkout;

    /// <summary>The source of this checkout.</summary>
    public static async Task<StackSource> OfAsync(DeliveryContext context) =>
        new((await context.FactsAsync()).Repository.Url is { Length: > 0 } url ? url : null, $"checkout-{LocalName.HashOf(context.Options.Root)}");

    /// <summary>The stack with its source at each service.</summary>
    public ComposeFile Mark(ComposeFile stack) => stack with
    {
        Services = stack.Services.ToDictionary(x => x.Key, x => x.Value with { Deploy = new MarkedDeploy(x.Value.Deploy ?? new Deploy(), Value) }),
    };

    /// <summary>Makes sure that a stack is none of another repository's. One that says nothing was deployed by an earlier version, or by hand.</summary>
    /// <param name="stack">Its name.</param>
    /// <param name="services">Its services.</param>
    /// <exception cref="DeliveryException">It is another's.</exception>
    public void EnsureOwns(string stack, IReadOnlyList<SwarmService> services)
    {
        if (services.Select(x => x.Source).FirstOrDefault(x => x is not null && !IsOwn(x)) is not { } other) return;
        throw new DeliveryException(
            $"The stack {stack} is of another repository, {SafeText.Terminal(other)}, and this one is {Value}: give this one another name with {LocalName.Variable}. "
            + $"If the repository has moved, tell it to each service of the stack: docker service update --label-add {Label}={Value} {services[0].Name}. Nothing was changed.");
    }

    private bool IsOwn(string source) => Plain(source) == Plain(Checkout) || (Repository is not null && Plain(source) == Plain(Repository));

    private static string Plain(string source) => source.TrimEnd('/').Replace(".git", "", StringComparison.OrdinalIgnoreCase).ToUpperInvariant();

    private sealed record MarkedDeploy : Deploy
    {
        public MarkedDeploy(Deploy deploy, string source) : base(deploy) => Labels = new Dictionary<string, Scalar> { [Label] = Scalar.Literal(source) };

        // The service's, and not its containers'.
        public IReadOnlyDictionary<string, Scalar> Labels { get; }
    }
}
