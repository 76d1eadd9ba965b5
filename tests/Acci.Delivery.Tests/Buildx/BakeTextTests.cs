using System.Text.Json;
using Acci.Delivery.Buildx;
using Acci.Delivery.Caching;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Testing;
using CsCheck;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>Bake files are templates, and what is said in them is not.</summary>
public sealed class BakeTextTests : IDisposable
{
    private const int Count = 5_000;

    // What means something to a template or to JSON, often; else characters of any length. None that NFC changes: HCL makes all text NFC, and there is no way to have it
    // otherwise. Source: cty, docs/types.md, "string".
    private static readonly Gen<string> Text = Gen.Frequency(
        (6, Gen.OneOf("$", "%", "{", "}", "${", "%{", "$$", "%%", "${VERSION}", "${BAKE_LOCAL_PLATFORM}", "%{ if true }", "\\", "\"", "~", "\n", "\r\n", "\t", "\0")),
        (2, Gen.Char[' ', '~'].Select(x => x.ToString())),
        (1, Gen.OneOf(Gen.Int[0x80, 0xff], Gen.Int[0x200b, 0x200f], Gen.Int[0x2028, 0x202e], Gen.Int[0x4e00, 0x9fff], Gen.Int[0xe000, 0xf8ff], Gen.Int[0x1f300, 0x1f5ff])
            .Select(char.ConvertFromUtf32)))
        .Array[0, 12].Select(string.Concat);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("${name}", "$${name}")]
    [InlineData("%{ if x }", "%%{ if x }")]
    [InlineData("$${x}", "$$${x}")]
    [InlineData("100% $ {}", "100% $ {}")]
    public void A_text_is_written_as_a_template_that_gives_it(string text, string template) => Assert.Equal(template, BakeTextConverter.Literal(text));

    [Fact]
    public void A_plain_file_says_literally_what_an_image_says_and_leaves_its_own_variables_to_be_set()
    {
        var image = new ImageDefinition("app")
        {
            Dockerfile = "Dockerfile",
            BuildArguments = new Dictionary<string, string> { ["VERSION"] = "of the image", ["A"] = "${VERSION}" },
            Labels = new Dictionary<string, string> { ["description"] = "costs ${price}" },
        };

        var target = JsonDocument.Parse(PlainBakeFile.Of([image]).Content).RootElement.GetProperty("target").GetProperty("app");

        Assert.Equal("${VERSION}", target.GetProperty("args").GetProperty("VERSION").GetString());
        Assert.Equal("$${VERSION}", target.GetProperty("args").GetProperty("A").GetString());
        Assert.Equal("costs $${price}", target.GetProperty("labels").GetProperty("description").GetString());
    }

    [Fact]
    public async Task Any_text_survives_bake_as_a_value_and_as_a_key()
    {
        var docker = await BuildxAsync();
        Assert.SkipWhen(docker is null, "There is no buildx here.");
        var texts = new HashSet<string>(StringComparer.Ordinal);
        Text.Array[Count].Sample(texts.UnionWith, iter: 1, threads: 1);
        var keys = texts.Where(x => x.Length > 0).ToList();
        var target = new BakeTarget
        {
            Context = "${context}",
            Dockerfile = "%{dockerfile}",
            Platforms = ["linux/amd64"],
            Args = keys.ToDictionary(x => x, x => new BakeArgument(x)),
            Labels = keys.ToDictionary(x => x, x => x),
            Annotations = [.. texts.Select(x => $"index:key={x}")],
            Contexts = keys.ToDictionary(x => x, x => $"docker-image://{x}"),
        };
        var file = _folder.Combine("docker-bake.json");
        await File.WriteAllTextAsync(file, BakeFile.Of([new("app", target)]).ToJson(), Cancellation);

        var printed = await CommandRunner.RunAsync(new Command(docker, "buildx", "bake", "--file", file, "--print", "--progress", "quiet", "app"), cancellationToken: Cancellation);

        var app = JsonDocument.Parse(printed.StandardOutput).RootElement.GetProperty("target").GetProperty("app");
        Assert.Equal(("${context}", "%{dockerfile}"), (app.GetProperty("context").GetString(), app.GetProperty("dockerfile").GetString()));
        Assert.Equal(keys.Order(StringComparer.Ordinal), app.GetProperty("contexts").EnumerateObject().Select(x => x.Name).Order(StringComparer.Ordinal));
        Assert.All(app.GetProperty("contexts").EnumerateObject(), x => Assert.Equal($"docker-image://{x.Name}", x.Value.GetString()));
        foreach (var map in (string[])["args", "labels"])
        {
            Assert.Equal(keys.Order(StringComparer.Ordinal), app.GetProperty(map).EnumerateObject().Select(x => x.Name).Order(StringComparer.Ordinal));
            Assert.All(app.GetProperty(map).EnumerateObject(), x => Assert.Equal(x.Name, Printed(x.Value)));
        }

        Assert.Equal(texts.Order(StringComparer.Ordinal), app.GetProperty("annotations").EnumerateArray().Select(x => Printed(x)["index:key=".Length..]).Order(StringComparer.Ordinal));
    }

    // A docker without an engine does.
    private static async Task<string?> BuildxAsync()
    {
        foreach (var docker in new[] { CacheDirectory.Default.Combine("bin", "docker"), Executables.Find("docker") }.OfType<string>().Where(File.Exists))
        {
            if ((await CommandRunner.TryRunAsync(new Command(docker, "buildx", "version"), cancellationToken: Cancellation)).Succeeded) return docker;
        }

        return null;
    }

    // These bake prints as templates again.
    private static string Printed(JsonElement value) => value.GetString()!.Replace("$${", "${", StringComparison.Ordinal).Replace("%%{", "%{", StringComparison.Ordinal);
}
