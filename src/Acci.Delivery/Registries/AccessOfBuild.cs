using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Acci.Oci;
using Acci.Oci.Registries;

namespace Acci.Delivery.Registries;

/// <summary>How a build reaches registries.</summary>
public static class AccessOfBuild
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

    private static IReadOnlyList<X509Certificate2> ReadNamed(string file) => WrongUseException.Read(Parameter, () => CertificateFile.Read(file));

    /// <summary>The registries that images go to and base images come from.</summary>
    internal static IReadOnlyList<string> RegistriesOfBuild(this DeliveryContext context)
    {
        var baseImages = context.Options.Images.SelectMany(x => x.BaseImages).Select(x => Place(x.Reference));
        return [.. context.NamedDestinations().Select(x => x.Domain).Concat(baseImages).Distinct().Order(StringComparer.Ordinal)];

        string Place(ImageReference image) =>
            (context.Options.ImageMirror is { } mirror ? ImageReference.Parse($"{mirror.TrimEnd('/')}/{image.Path}") : image).Normalize().Domain!;
    }

    /// <summary>What a BuildKit that is started for the build is told of these registries.</summary>
    internal static BuildKitRegistries BuildKitRegistries(this DeliveryContext context) => new([.. context.RegistriesOfBuild().Select(context.AccessTo).Where(x => !x.IsUsual)]);

    /// <summary>There are certificates for registries beside the machine's own authorities.</summary>
    internal static bool HasCertificates(this DeliveryContext context)
    {
        if (context.Options.RegistryCa is not null) return true;
        try
        {
            var folders = CertificateFolders.Of(context.Environment);
            return context.RegistriesOfBuild().Any(folders.Has);
        }
        catch (DeliveryException)
        {
            // What is wrong with the registry's name is said of that.
            return false;
        }
    }

    /// <summary>Those certificates, in a line.</summary>
    /// <exception cref="DeliveryException">One cannot be used; the message names its file.</exception>
    internal static string DescribeCertificates(this DeliveryContext context)
    {
        // Also where no registry is that it is for.
        if (context.NamedAuthority() is { } file) ReadNamed(file);
        var access = context.RegistriesOfBuild().Select(context.AccessTo).ToArray();
        var authorities = access.SelectMany(x => x.AuthorityFiles).Concat(context.NamedAuthority() is { } named ? [named] : []).Distinct();
        var own = access.SelectMany(x => x.OwnFiles).Select(x => x.Certificate).Distinct();
        return string.Join("; ", authorities.Select(x => $"trusts {Line(x)}").Concat(own.Select(x => $"shows {Line(x)}")));

        static string Line(string file) => $"{file} ({string.Join(", ", CertificateFile.Read(file).Select(Name))})";

        static string Name(X509Certificate2 certificate) =>
            string.Create(CultureInfo.InvariantCulture, $"{SafeText.Terminal(certificate.Subject)}, until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
    }
}
