using Acci.Delivery.Scanning;
using Acci.Delivery.Signing;
using Acci.Testing;

namespace Acci.Delivery.Tests;

/// <summary>A folder in the place of a file that a parameter names is wrong use of that parameter.</summary>
public sealed class ParameterFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--ignore-file")]
    [InlineData("--vex")]
    [InlineData("--sigstore-signing-config")]
    [InlineData("--sigstore-trusted-root")]
    [InlineData("--signing-key")]
    public void A_folder_is_named_with_its_parameter(string parameter)
    {
        var options = new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts") };
        var folder = Directory.CreateDirectory(_folder.Combine("there")).FullName;

        var error = Assert.Throws<WrongUseException>(() => parameter switch
        {
            "--ignore-file" => SeverityGate.Of(_folder.Path, new ScanOptions { IgnoreFile = folder }),
            "--vex" => SeverityGate.Of(_folder.Path, new ScanOptions { Vex = [folder] }),
            "--sigstore-signing-config" => SigstoreFiles.Of(options with { SigstoreSigningConfig = folder }),
            "--sigstore-trusted-root" => SigstoreFiles.Of(options with { SigstoreTrustedRoot = folder }),
            _ => (object)SigningIdentity.FromParameter(folder, null),
        });

        Assert.Equal($"{parameter}: '{folder}' is a folder. Name a file.", error.Message);
    }
}
