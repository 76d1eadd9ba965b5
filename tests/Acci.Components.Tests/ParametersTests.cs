using Nuke.Common;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

public class ParametersTests
{
    [Fact]
    public void A_build_has_its_own_parameters_those_of_its_components_and_those_of_the_engine()
    {
        var parameters = Parameters.Of(typeof(SomeBuild));

        Assert.Equal(typeof(int), Parameters.ValueType(parameters["Retries"]!));
        Assert.Equal("Colours", parameters["colour"]?.Name);
        Assert.Equal(typeof(string), Parameters.ValueType(parameters["colour"]!));
        Assert.Equal("RegistryToken", parameters["registrytoken"]?.Name);
        Assert.Equal("Secret", parameters["WidgetSecret"]?.Name);
        Assert.Contains("Verbosity", parameters.Keys);
        Assert.DoesNotContain("Ordinary", parameters.Keys);
    }

    [Theory]
    [InlineData("image-mirror")]
    [InlineData("ImageMirror")]
    [InlineData("-imageMirror")]
    public void A_parameter_is_known_by_any_of_its_spellings(string spelling) => Assert.Equal("ImageMirror", Parameters.Normalize(spelling), ignoreCase: true);

    [Fact]
    public void Neither_engine_looks_past_an_underscore() => Assert.Equal("Image_Mirror", Parameters.Normalize("Image_Mirror"));

    private abstract class SomeBuild : NukeBuild, IHazRegistry, IHazImageMirror, IHazWidget
    {
        [Parameter("How often")] private readonly int? Retries = null;
        [Parameter("Which", Name = "Colour")] private readonly string[] Colours = [];

        public string Ordinary => $"{Retries}{Colours.Length}";
    }

    [ParameterPrefix("Widget")]
    private interface IHazWidget : INukeBuild
    {
        [Parameter("A secret"), Secret] string? Secret => TryGetValue(() => Secret);
    }
}
