using System.Text.RegularExpressions;

namespace Acci.Delivery.Registries;

/// <summary>Addresses of registries, and of images there, have no login in them: what is typed there stands in command lines, files and messages.</summary>
public static partial class LoginInAddress
{
    /// <summary>The address, when it has none.</summary>
    /// <param name="parameter">What gave it, as it is typed: <c>--registry</c>.</param>
    /// <param name="address">The address.</param>
    /// <exception cref="WrongUseException">It has one; the message has nothing of it, and what was typed is masked from then on.</exception>
    public static string Refuse(string parameter, string address)
    {
        if (Find(address) is not { } login) return address;
        Mask(login);
        throw new WrongUseException(
            $"{parameter} has a user or a password before an @, where everybody can read it. Write the host and the path alone, and log in with `docker login`{(parameter == "--registry" ? ", or with --registry-user and the environment variable RegistryToken" : "")}.");
    }

    /// <summary>Masks the user and the password before an @ of each of these arguments, whatever they are for: what is typed wrong is repeated in errors.</summary>
    /// <param name="arguments">The arguments; each may be a list.</param>
    public static void MaskAll(IEnumerable<string> arguments)
    {
        foreach (var login in arguments.SelectMany(x => x.Split(',', ' ', '+').Prepend(x)).Select(Find).OfType<string>().Where(x => UserAndPassword().IsMatch(x))) Mask(login);
    }

    private static string? Find(string address)
    {
        // An image's digest stands behind an @, too.
        var end = Digest().Replace(address, "").LastIndexOf('@');
        if (end < 0) return null;
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        return address[(scheme < 0 ? 0 : Math.Min(scheme + "://".Length, end))..end];
    }

    private static void Mask(string login)
    {
        Redaction.Register(login);
        Redaction.Register(login[(login.IndexOf(':', StringComparison.Ordinal) + 1)..]);
    }

    // Of any algorithm and length: what is wrong with it is said elsewhere.
    [GeneratedRegex("@sha[0-9]+:[^/@:]*$")]
    private static partial Regex Digest();

    // A workflow's identity has an @ as well, and behind its host no colon but a port's; a path of Windows begins with a drive.
    [GeneratedRegex(@"\A(?![A-Za-z]:\\)[^:/\s]+:(?![0-9]+/)\S+\z")]
    private static partial Regex UserAndPassword();
}
