using Acci.Delivery.Images;
using Acci.Oci.Registries;

namespace Acci.Delivery.Registries;

/// <summary>The registry and the credentials that a build was given.</summary>
public static class CredentialsOfBuild
{
    /// <summary>The registry that was named, or the first of several: what is published is read from there. Null means the local one.</summary>
    /// <exception cref="WrongUseException">What was named is none.</exception>
    public static Destination? NamedDestination(this DeliveryContext context) => context.NamedDestinations() is [var first, ..] ? first : null;

    /// <summary>The registries that were named; none means the local one.</summary>
    /// <exception cref="WrongUseException">What was named is none, or is named twice.</exception>
    internal static IReadOnlyList<Destination> NamedDestinations(this DeliveryContext context) =>
        context.Options.Registry is { } registry ? WrongUseException.Read("--registry", () => Destination.ParseAll(registry)) : [];

    /// <summary>The registry that was named, or the one of this machine, whose port is not known before it runs.</summary>
    public static Destination PlannedDestination(this DeliveryContext context) => context.NamedDestination() ?? new Destination("127.0.0.1", "");

    /// <summary>The one of the planned registries that decides what may be published: the first that is not on this machine, if one is not.</summary>
    internal static Destination PlannedDeparture(this DeliveryContext context) =>
        context.NamedDestinations().FirstOrDefault(x => !x.IsLoopback) ?? context.PlannedDestination();

    /// <summary>The registries that were named are on several hosts, so they have several logins.</summary>
    internal static bool NamesSeveralHosts(this DeliveryContext context) => context.NamedDestinations().Select(x => x.Domain).Distinct().Count() > 1;

    /// <summary>The credentials that were given.</summary>
    /// <exception cref="WrongUseException">Half of them was, or several registries were named: nothing says which one they are for.</exception>
    public static Credentials? GivenCredentials(this DeliveryContext context) => (context.Options.RegistryUser, context.Options.RegistryToken) switch
    {
        ({ }, { }) when context.NamesSeveralHosts() => throw new WrongUseException(
            $"--registry names several ({string.Join(", ", context.NamedDestinations())}), and --registry-user with --registry-token is a login for one. Leave them out, and log in to each with "
            + "`docker login`, or put all logins into DOCKER_AUTH_CONFIG. A generated workflow has the login of one registry: name one in its variable REGISTRY."),
        ({ } user, { } token) => new Credentials(user, token),
        (null, null) => null,
        (null, _) => throw new WrongUseException("--registry-token needs --registry-user beside it."),
        _ => throw new WrongUseException(
            "--registry-user needs --registry-token beside it (better in the environment variable RegistryToken than on the command line)."),
    };

    /// <summary>
    /// The credentials that docker's configuration does not have; what it has, docker finds by itself. The local registry takes none.
    /// </summary>
    public static ICredentialSource OwnCredentials(this DeliveryContext context) =>
        Credentials.From(
        context.GivenCredentials() is { } given && context.NamedDestination() is { } named ? given.For(named.Domain) : null,
        new EnvironmentCredentials(context.Environment));

    /// <summary>
    /// The credentials that other tools than docker do not find by themselves: also those in the variable <c>DOCKER_AUTH_CONFIG</c>, which they do not get.
    /// </summary>
    internal static ICredentialSource CredentialsForTools(this DeliveryContext context) =>
        Credentials.From(context.OwnCredentials(), new DockerConfig(context.Environment) { IsVariableAlone = true });

    /// <summary>Where an image goes, as a dry run says it: the local registry need not run for that.</summary>
    internal static string PlaceOf(this DeliveryContext context, ImageDefinition image) =>
        context.NamedDestinations() is { Count: > 0 } named ? string.Join(", ", named.Select(x => x.RepositoryOf(image).Repository)) : $"{image.Name} in the local registry";
}
