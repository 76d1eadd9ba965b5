using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Acci.Delivery.Registries;

namespace Acci.Delivery.Engines;

/// <summary>The registries that a build talks to, and the certificates that it has for them.</summary>
internal static class CertificatesOfBuild
{
    /// <summary>The registries that images go to and base images come from.</summary>
    public static IReadOnlyList<string> RegistriesOfBuild(this DeliveryContext context)
    {
        var baseImages = context.Options.Images.SelectMany(x => x.BaseImages).Select(x => BaseImages.PlaceOf(x.Reference, context.Options.ImageMirror).Normalize().Domain!);
        return [.. context.NamedDestinations().Select(x => x.Domain).Concat(baseImages).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>The configuration of these registries for a BuildKit that the build starts.</summary>
    public static BuildKitRegistries BuildKitRegistries(this DeliveryContext context) => new([.. context.RegistriesOfBuild().Select(context.AccessTo).Where(x => !x.IsUsual)]);

    /// <summary>There are certificates for registries beside the machine's own authorities.</summary>
    public static bool HasCertificates(this DeliveryContext context)
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
    public static string DescribeCertificates(this DeliveryContext context)
    {
        // Also where no registry is that it is for.
        if (context.NamedAuthority() is { } file) AccessOfBuild.ReadNamed(file);
        var access = context.RegistriesOfBuild().Select(context.AccessTo).ToArray();
        var authorities = access.SelectMany(x => x.AuthorityFiles).Concat(context.NamedAuthority() is { } named ? [named] : []).Distinct();
        var own = access.SelectMany(x => x.OwnFiles).Select(x => x.Certificate).Distinct();
        string[] lines = [.. authorities.Select(x => $"trusts {Line(x)}"), .. own.Select(x => $"shows {Line(x)}")];
        return lines.Length == 0 ? "none that can be used beside the machine's own authorities" : string.Join("; ", lines);

        static string Line(string file) => $"{file} ({string.Join(", ", CertificateFile.Read(file).Select(Name))})";

        static string Name(X509Certificate2 certificate) =>
            string.Create(CultureInfo.InvariantCulture, $"{SafeText.Terminal(certificate.Subject)}, until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
    }
}
