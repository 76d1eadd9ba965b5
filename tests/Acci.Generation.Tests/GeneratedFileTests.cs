namespace Acci.Generation.Tests;

public sealed class GeneratedFileTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("acci-generated-");

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData("../acci-outside.yml")]
    [InlineData("a/../../acci-outside.yml")]
    [InlineData("/acci-outside.yml")]
    [InlineData(".")]
    public void What_lies_outside_of_the_repository_is_neither_read_nor_written(string path)
    {
        var file = new GeneratedFile(path, "text");

        foreach (var act in new Action[] { () => file.IsUpToDate(_root.FullName), () => file.Write(_root.FullName) })
            Assert.StartsWith($"The build generates {path}, which is outside of", Assert.Throws<GenerationException>(act).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_in_it_may_be_written_in_any_way()
    {
        Assert.True(new GeneratedFile("a/../b/one.yml", "text").Write(_root.FullName));
        Assert.True(new GeneratedFile(Path.Combine(_root.FullName, "two.yml"), "text").Write(_root.FullName));

        Assert.True(new GeneratedFile("b/one.yml", "text").IsUpToDate(_root.FullName));
        Assert.True(new GeneratedFile("two.yml", "text").IsUpToDate(_root.FullName));
    }
}
