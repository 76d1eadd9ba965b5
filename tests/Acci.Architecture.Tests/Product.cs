using System.Xml.Linq;
using Acci.Testing;
using Mono.Cecil;

namespace Acci.Architecture.Tests;

/// <summary>The product's assemblies, as they lie beside the tests, and the projects they are made from.</summary>
internal static class Product
{
    /// <summary>Each library, and those of ours that it may use.</summary>
    public static IReadOnlyDictionary<string, string[]> Arrows { get; } = new Dictionary<string, string[]>
    {
        ["Acci.Oci"] = [],
        ["Acci.Generation"] = [],
        ["Acci.Settings"] = [],
        ["Acci.Delivery"] = ["Acci.Oci", "Acci.Generation"],
        ["Acci.Environments"] = ["Acci.Oci", "Acci.Delivery", "Acci.Generation", "Acci.Settings"],
        ["Acci.Components"] = ["Acci.Oci", "Acci.Delivery", "Acci.Environments", "Acci.Generation"],
    };

    public static TheoryData<string> Libraries => [.. Arrows.Keys];

    public static string FileOf(string library) => Path.Combine(AppContext.BaseDirectory, $"{library}.dll");

    public static ModuleDefinition Read(string library) => ModuleDefinition.ReadModule(FileOf(library));

    public static XDocument Project(string name) => XDocument.Load(Path.Combine(SourceTree.Root, "src", name, $"{name}.csproj"));
}
