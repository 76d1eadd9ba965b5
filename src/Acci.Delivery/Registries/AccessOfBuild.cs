using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Acci.Oci.Registries;

namespace Acci.Delivery.Registries;

/// <summary>How a build reaches registries.</summary>
internal static class AccessOfBuild
{
    private const string Parameter = RegistryAccess.AuthorityParameter;

    /// <summary>How a registry is reached. What is on loopback is spoken to in plain http.</summary>
    /// <exception cref="DeliveryException">A certificate cannot be used; the message names the file.</exception>
    public static RegistryAccess AccessTo(this DeliveryContext context, string domain) =>
        context.KnownAccess().GetOrAdd(domain, context.FindAccess);

    /// <summary>How a registry is reached that a parameter names, and by its name from then on.</summary>
    /// <exception cref="DeliveryException">A certificate cannot be used; the message names the file.</exception>
    internal static RegistryAccess AccessTo(this DeliveryContext context, Destination named) => named is { IsPlainHttp: true, IsLoopback: false }
        ? context.KnownAccess()[named.Domain] = new RegistryAccess(named.Domain) { IsPlainHttp = true } : context.AccessTo(named.Domain);

    // Several images are worked on at once; whoever works on them has connected before, and so asked for this first.
    private static ConcurrentDictionary<string, RegistryAccess> KnownAccess(this DeliveryContext context) =>
        context.Once(nameof(KnownAccess), () => new ConcurrentDictionary<string, RegistryAccess>());

    private static RegistryAccess FindAccess(this DeliveryContext context, string domain)
    {
        if (new Destination(domain, "").IsLoopback) return new RegistryAccess(domain);
        var destination = context.NamedDestinations().FirstOrDefault(x => x.Domain == domain);
        if (destination is { IsPlainHttp: true }) return new RegistryAccess(domain) { IsPlainHttp = true };
        var named = context.NamedAuthority();
        var (files, own) = CertificateFolders.Of(context.Environment).Find(domain, context.Warn);
        return new RegistryAccess(domain)
        {
            NamedBy = destination is null ? null : "--registry",
            AuthorityFiles = [.. named is null ? Array.Empty<string>() : [named], .. files],
            OwnFiles = own,
            Trust = new RegistryTrust
            {
                Authorities = [.. named is null ? [] : ReadNamed(named), .. files.SelectMany(CertificateFile.Read)],
                Own = [.. own.Select(x => CertificateFile.ReadOwn(x.Certificate, x.Key))],
                Intermediates = [.. own.SelectMany(x => CertificateFile.Read(x.Certificate).Skip(1))],
            },
        };
    }

    /// <summary>The file that was named.</summary>
    /// <exception cref="WrongUseException">It is not there.</exception>
    internal static string? NamedAuthority(this DeliveryContext context)
    {
        if (context.Options.RegistryCa is not { } named) return null;
        var file = context.Options.PathOf(named);
        ParameterFile.EnsureExists(Parameter, named, file);
        return file;
    }

    /// <summary>What is in it.</summary>
    /// <exception cref="WrongUseException">It cannot be used.</exception>
    internal static IReadOnlyList<X509Certificate2> ReadNamed(string file) => WrongUseException.Read(Parameter, () => CertificateFile.Read(file));
}
