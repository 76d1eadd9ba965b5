using System.Text.Json;
using Acci.Delivery.GitHub;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.GitHub;

public sealed class StepOutputsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_output_cannot_set_another_one()
    {
        var outputs = await WriteAsync(new("notes", "one\nEOF\ndigest=sha256:0"), new("digest", "sha256:1"));

        Assert.Equal(["notes", "digest"], outputs.Keys);
        Assert.Equal("one\nEOF\ndigest=sha256:0", outputs["notes"]);
        Assert.Equal("sha256:1", outputs["digest"]);
    }

    [Fact]
    public async Task Whether_outputs_can_be_set_is_known_before()
    {
        new StepOutputs(_folder.Combine("outputs")).EnsureWritable();
        var failure = Assert.Throws<DeliveryException>(new StepOutputs(_folder.Combine("none", "outputs")).EnsureWritable);

        Assert.Contains("which GITHUB_OUTPUT names, cannot be written", failure.Message, StringComparison.Ordinal);
        Assert.Empty(await WriteAsync());
    }

    [Fact]
    public async Task One_image_has_its_outputs_with_and_without_its_name()
    {
        var outputs = await WriteAsync([.. PublishOutputs.Of([Record("acci", 1)])]);

        Assert.Equal("ghcr.io/octo/acci", outputs["image"]);
        Assert.Equal(Digest.Of([1]).ToString(), outputs["digest"]);
        Assert.Equal("1.2.3,1.2", outputs["tags"]);
        Assert.Equal("1.2.3", outputs["version"]);
        Assert.Equal(outputs["digest"], outputs["acci-digest"]);
    }

    [Fact]
    public async Task Several_images_are_told_apart()
    {
        var outputs = await WriteAsync([.. PublishOutputs.Of([Record("acci", 1), Record("worker", 2)])]);

        Assert.DoesNotContain("digest", outputs);
        Assert.Equal(Digest.Of([2]).ToString(), outputs["worker-digest"]);
        using var images = JsonDocument.Parse(outputs["images"]);
        Assert.Equal(["ghcr.io/octo/acci", "ghcr.io/octo/worker"], images.RootElement.EnumerateArray().Select(x => x.GetProperty("image").GetString()));
        Assert.Equal("1.2", images.RootElement[1].GetProperty("tags")[1].GetString());
    }

    private async Task<Dictionary<string, string>> WriteAsync(params KeyValuePair<string, string>[] outputs)
    {
        var file = _folder.Combine("output");
        await new StepOutputs(file).WriteAsync(outputs, Cancellation);

        // Read as the runner reads it.
        var read = new Dictionary<string, string>();
        var lines = new Queue<string>(await File.ReadAllLinesAsync(file, Cancellation));
        while (lines.TryDequeue(out var line))
        {
            var (assignment, block) = (line.IndexOf('='), line.IndexOf("<<", StringComparison.Ordinal));
            if (block < 0 || (assignment >= 0 && assignment < block))
            {
                read[line[..assignment]] = line[(assignment + 1)..];
                continue;
            }

            var value = new List<string>();
            for (string next; (next = lines.Dequeue()) != line[(block + 2)..];) value.Add(next);
            read[line[..block]] = string.Join('\n', value);
        }

        return read;
    }

    private static PublishRecord Record(string name, byte content) => new()
    {
        Image = name,
        Digest = Digest.Of([content]),
        Repository = $"ghcr.io/octo/{name}",
        Version = "1.2.3",
        Revision = new string('a', 40),
        Platforms = [],
        Tags = ["1.2.3", "1.2"],
    };
}
