using System.IO.Compression;
using System.Xml.Linq;

namespace Acci.Architecture.Tests;

/// <summary>A NuGet package as it lies in its file.</summary>
/// <param name="File">The file.</param>
/// <param name="Files">What is in it.</param>
/// <param name="Metadata">The <c>metadata</c> of its nuspec.</param>
internal sealed record Package(string File, IReadOnlyList<string> Files, XElement Metadata)
{
    public string Id => this["id"];

    public string Version => this["version"];

    /// <summary>The commit it says it was made of.</summary>
    public string Commit => Element("repository")?.Attribute("commit")?.Value ?? "";

    public IEnumerable<(string Id, string Version)> Dependencies =>
        Metadata.Descendants(Metadata.Name.Namespace + "dependency").Select(x => (x.Attribute("id")!.Value, x.Attribute("version")!.Value));

    /// <summary>The text of a metadata element; empty if there is no such element.</summary>
    public string this[string element] => Element(element)?.Value ?? "";

    public static Package Read(string file)
    {
        using var archive = ZipFile.OpenRead(file);
        using var nuspec = archive.Entries.Single(x => x.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return new Package(file, [.. archive.Entries.Select(x => x.FullName)], XDocument.Load(nuspec).Root!.Elements().Single(x => x.Name.LocalName == "metadata"));
    }

    private XElement? Element(string name) => Metadata.Element(Metadata.Name.Namespace + name);
}
