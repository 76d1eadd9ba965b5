using System.Net;
using Acci.Delivery.Images;
using Acci.Oci;

namespace Acci.Delivery.Registries;

/// <summary>Where images are published: a registry, and the path below which their repositories lie.</summary>
/// <param name="Domain">The registry: <c>ghcr.io</c>, <c>127.0.0.1:5600</c>.</param>
/// <param name="Path">The path, empty for none.</param>
public sealed record Destination(string Domain, string Path)
{
    private const string Parameter = "--registry";
    private const string PlainHttp = "http://";

    /// <summary>It was named with <c>http://</c>: plain http is spoken with it, which anyone on the way can read. With loopback it always is.</summary>
    internal bool IsPlainHttp { get; init; }

    /// <summary>The registry is on this machine, and what is published there goes no further.</summary>
    public bool IsLoopback
    {
        get
        {
            var host = Domain.StartsWith('[') ? Domain[1..Domain.IndexOf(']', StringComparison.Ordinal)] : Domain.Split(':')[0];
            return host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
        }
    }

    /// <summary>Reads several of them, with commas between.</summary>
    /// <exception cref="DeliveryException">One names no registry, or is named twice; or one registry is named both for plain http and for https.</exception>
    internal static IReadOnlyList<Destination> ParseAll(string text)
    {
        // A password may have a comma in it.
        LoginInAddress.Refuse(Parameter, text);
        Destination[] all = [.. text.Split(',').Select(Parse)];
        if (all.GroupBy(x => x.ToString()).FirstOrDefault(x => x.Count() > 1) is { } twice) throw new DeliveryException($"{Parameter} names {twice.Key} twice.");
        return all.GroupBy(x => x.Domain).FirstOrDefault(x => x.DistinctBy(one => one.IsPlainHttp).Count() > 1) is not { } both ? all
            : throw new DeliveryException($"{Parameter} names {both.Key} both with http:// and without.");
    }

    /// <summary>Reads <c>[http://]registry[/path]</c>. Owners are written as their hosts write them, repositories have no upper case: it is lowered.</summary>
    /// <exception cref="DeliveryException">It names no registry.</exception>
    public static Destination Parse(string text) => Parse(text, Parameter);

    /// <param name="text">The text.</param>
    /// <param name="parameter">What gave it, as it is typed: <c>--registry</c>.</param>
    /// <inheritdoc cref="Parse(string)"/>
    public static Destination Parse(string text, string parameter)
    {
        LoginInAddress.Refuse(parameter, text);
        var trimmed = text.Trim().TrimEnd('/').ToLowerInvariant();
        var isPlainHttp = trimmed.StartsWith(PlainHttp, StringComparison.Ordinal);
        if (isPlainHttp) trimmed = trimmed[PlainHttp.Length..];
        if (!ImageReference.TryParse($"{trimmed}/image", out var reference, out var problem))
            throw new DeliveryException($"{parameter} cannot be '{text}': {problem}. Write a registry and a path, as in ghcr.io/owner.");
        return reference.Domain is { } domain && (domain.AsSpan().ContainsAny('.', ':') || domain == "localhost")
            ? new Destination(domain, reference.Path[..^"image".Length].TrimEnd('/')) { IsPlainHttp = isPlainHttp }
            : throw new DeliveryException($"{parameter} cannot be '{text}': it names no registry. Write its host first, as in ghcr.io/owner or docker.io/owner.");
    }

    /// <summary>The repository of an image.</summary>
    public ImageReference RepositoryOf(ImageDefinition image) => ImageReference.Parse($"{this}/{image.Name}");

    /// <inheritdoc/>
    public override string ToString() => Path.Length == 0 ? Domain : $"{Domain}/{Path}";
}
