using Acci.Delivery.Images;
using Nuke.Common;
using Nuke.Components;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>What somebody types, exports or writes down, and what is wrong with it.</summary>
public sealed class ParameterCheckTests : IDisposable
{
    private const string Secret = "-----BEGIN ENCRYPTED KEY-----\nMIIE0815\n-----END ENCRYPTED KEY-----";

    private readonly string _root = Directory.CreateTempSubdirectory("check-").FullName;

    private static readonly ParameterCheck Check = new(Parameters.Of(typeof(SomeBuild)), ["Publish", "BuildImages"]);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("Publish")]
    [InlineData("build-images+publish --registry ghcr.io/owner")]
    [InlineData("--dry-run")]
    [InlineData("Publish --dry-run true --Retries -1")]
    [InlineData("--platforms linux/amd64 linux/arm64 --cache local")]
    [InlineData("--platforms")]
    [InlineData("--target Publish+BuildImages --skip")]
    [InlineData("--caches none,local --root --verbosity quiet")]
    [InlineData("BuildImages --registry publish")]
    [InlineData("--platforms linux/amd64,publish")]
    [InlineData("--shell-completion --host Terminal --partition 2/3")]
    [InlineData("--skip BuildImages")]
    [InlineData("--skip BuildImages+Publish")]
    [InlineData("Publish --skip BuildImages Publish")]
    public void What_both_engines_read_is_let_through(string line) => Assert.Empty(Line(line.Split(' ')));

    [Theory]
    [InlineData("--registri ghcr.io/owner", "there is no parameter '--registri'. Did you mean '--registry'? All are listed by --help.")]
    [InlineData("--registry=ghcr.io/owner", "--registry=… is not read: write '--registry value', with a space.")]
    [InlineData("Publish --dry-run=true", "--dry-run=… is not read: write '--dry-run', or '--dry-run false', with a space.")]
    [InlineData("--dry_run", "there is no parameter '--dry_run'. Did you mean '--dry-run'? All are listed by --help.")]
    [InlineData("--registry", "--registry has no value; one that begins with '-' can come from the environment variable Registry.")]
    [InlineData("--registry --dry-run", "--registry has no value; one that begins with '-' can come from the environment variable Registry.")]
    [InlineData("--registry ghcr.io/owner Publish", "--registry takes one value, and has 2; targets go before the first parameter.")]
    [InlineData("--dry-run true Publish", "--dry-run takes one value, and has 2; targets go before the first parameter.")]
    [InlineData("--dry-run Publish", "--dry-run cannot be 'Publish': it is a switch, alone or followed by true or false; targets go before the first parameter.")]
    [InlineData("--dry-run yes", "--dry-run cannot be 'yes': it is a switch, alone or followed by true or false.")]
    [InlineData("--cache locl", "--cache cannot be 'locl': it is one of Registry, GitHubActions, Local, None; did you mean 'Local'?")]
    [InlineData("--caches none,nowhere", "--caches cannot be 'nowhere': it is one of Registry, GitHubActions, Local, None.")]
    [InlineData("--retries many", "--retries cannot be 'many': it is not a whole number.")]
    [InlineData("--verbosity", "--verbosity has no value; one that begins with '-' can come from the environment variable NUKE_Verbosity.")]
    [InlineData("Publsh", "there is no target 'Publsh'. Did you mean 'Publish'? All are listed by --help.")]
    [InlineData("BuildImages+Publsh --dry-run", "there is no target 'Publsh'. Did you mean 'Publish'? All are listed by --help.")]
    [InlineData("Publish --target BuildImages", "targets are given twice, as 'Publish' and as --target BuildImages: give all of them first, without --target.")]
    [InlineData("--registry a --Registry b", "--Registry is given 2 times: give it once.")]
    [InlineData("--platforms linux/amd64 --dry-run --platforms linux/arm64", "--platforms is given 2 times: give it once, with the values separated by ','.")]
    [InlineData(":secrets", "':secrets' is no target: commands that begin with ':' are those of NUKE's global tool, as in 'nuke :secrets'.")]
    [InlineData("--platforms linux/amd64 Publish", "--platforms would take 'Publish', which is a target, for a value; targets go before the first parameter: Publish --platforms linux/amd64.")]
    [InlineData("Publish --platforms linux/amd64 BuildImages publish", "--platforms would take 'BuildImages', which is a target, for a value; targets go before the first parameter: Publish BuildImages publish --platforms linux/amd64.")]
    [InlineData("--platforms build-images", "--platforms would take 'build-images', which is a target, for a value; targets go before the first parameter: build-images --platforms.")]
    [InlineData("--registry publish", "--registry would take 'publish', which is a target, for a value; targets go before the first parameter: publish --registry.")]
    [InlineData("--skip BuildImages Publish", "--skip would take 'Publish' for a target to skip, and the default target would run; targets go before the first parameter: Publish --skip BuildImages. Several targets to skip are joined by '+': --skip BuildImages+Publish.")]
    [InlineData("--platforms linux/amd64,linux/arm64 linux/ppc64le", "--platforms cannot have 'linux/amd64,linux/arm64' beside other values: separate all of them by ',', or all by blanks.")]
    [InlineData("BuildImages+Publish BuildImages", "targets cannot have 'BuildImages+Publish' beside other values: separate all of them by '+', or all by blanks.")]
    [InlineData("Publish --skip BuildImages+Publish BuildImages", "--skip cannot have 'BuildImages+Publish' beside other values: separate all of them by '+', or all by blanks.")]
    [InlineData("--target", "--target has no value; one that begins with '-' can come from the environment variable NUKE_Target.")]
    [InlineData("Publish --profile", "--profile has no value; one that begins with '-' can come from the environment variable NUKE_Profile.")]
    [InlineData("--partition 3/2", "--partition cannot be '3/2': it is a part of several, as in 1/3.")]
    [InlineData("--partition 0/0", "--partition cannot be '0/0': it is a part of several, as in 1/3.")]
    [InlineData("--partition 1/2/3", "--partition cannot be '1/2/3': it is a part of several, as in 1/3.")]
    [InlineData("--partition 1", "--partition cannot be '1': it is a part of several, as in 1/3.")]
    [InlineData("--generate-configuration x", "there is no parameter '--generate-configuration'. All are listed by --help.")]
    [InlineData("--skip Publsh", "--skip cannot be 'Publsh': there is no target 'Publsh'. Did you mean 'Publish'? All are listed by --help.")]
    [InlineData("--", "an argument begins with '-' and is no parameter's name. All are listed by --help; a value that begins with '-' can come from the environment.")]
    public void What_an_engine_would_ignore_is_told(string line, string problem) => Assert.Equal([problem], Line(line.Split(' ')));

    [Fact]
    public void A_key_that_begins_like_a_parameter_is_never_repeated_and_the_variable_for_it_is_named()
    {
        var problems = Line("Publish", "--signing-key", Secret).ToList();

        Assert.Equal("--signing-key has no value; one that begins with '-' can come from the environment variable SigningKey.", problems[0]);
        Assert.DoesNotContain(problems, x => x.Contains("BEGIN", StringComparison.Ordinal) || x.Contains("0815", StringComparison.Ordinal));
    }

    [Fact]
    public void What_stands_behind_an_equals_sign_is_never_repeated() => Assert.DoesNotContain("0815", Assert.Single(Line("--registry-token=ghp_0815")), StringComparison.Ordinal);

    [Theory]
    [InlineData("DryRun", "yes")]
    [InlineData("NUKE_DRY_RUN", "yes")]
    [InlineData("DRY_RUN", "yes")]
    [InlineData("NUKE_CACHE", "nowhere")]
    [InlineData("Cache", "nowhere")]
    [InlineData("NUKE_VERBOSITY", "loud")]
    [InlineData("NUKE_TARGET", "Publsh")]
    public void A_variable_that_does_not_convert_is_told(string variable, string value) =>
        Assert.StartsWith($"the environment variable {variable} cannot be '{value}': ", Assert.Single(Variable(variable, value)), StringComparison.Ordinal);

    [Theory]
    [InlineData("DryRun", "true")]
    [InlineData("DryRun", "")]
    [InlineData("CACHE", "/var/cache")]
    [InlineData("VERBOSITY", "loud")]
    [InlineData("NUKE_TELEMETRY_OPTOUT", "1")]
    [InlineData("PATH", "/bin")]
    public void A_variable_that_is_fine_or_somebody_else_s_is_let_be(string variable, string value) => Assert.Empty(Variable(variable, value));

    [Theory]
    [InlineData("""{ "DryRun": "yes" }""", "f.json: DryRun cannot be 'yes': it is a switch, alone or followed by true or false.")]
    [InlineData("""{ "DryRum": true }""", "f.json: there is no parameter 'DryRum'. Did you mean 'DryRun'? All are listed by --help.")]
    [InlineData("""{ "dry-run": true }""", "f.json: there is no parameter 'dry-run'. Did you mean 'DryRun'? All are listed by --help.")]
    [InlineData("""{ "Retries": [1, 2] }""", "f.json: Retries takes one value, and no list.")]
    [InlineData("""{ "Solution": [ "ACCI.sln" ] }""", "f.json: Solution takes one value, and no list.")]
    [InlineData("""{ "Registry": null }""", "f.json: Registry cannot be null: leave it out to give no value.")]
    [InlineData("""{ "Retries": null }""", "f.json: Retries cannot be null: leave it out to give no value.")]
    [InlineData("""{ "SigningPassword": null }""", "f.json: SigningPassword cannot be null: leave it out to give no value.")]
    [InlineData("""{ "Platforms": null }""", "f.json: Platforms cannot be null: leave it out to give no value.")]
    [InlineData("""{ "Platforms": [ null ] }""", "f.json: Platforms cannot be null: leave it out to give no value.")]
    [InlineData("""{ "Registry": { "a": 1 } }""", "f.json: Registry cannot be an object: it takes a text, a number, true or false.")]
    [InlineData("""{ "Platforms": [ [ "linux/amd64" ] ] }""", "f.json: Platforms cannot have a list in its list.")]
    [InlineData("""{ "Registry": true }""", "f.json: Registry is no switch: write \"true\" if you mean the text.")]
    [InlineData("""{ "Caches": [ "none", "nowhere" ] }""", "f.json: Caches cannot be 'nowhere': it is one of Registry, GitHubActions, Local, None.")]
    [InlineData("""{ "registry": "ghcr.io/owner" }""", "f.json: registry is not read: write 'Registry'.")]
    [InlineData("""{ "Platforms": "linux/amd64" }""", "f.json: Platforms takes a list, as in [ \"one\", \"other\" ].")]
    [InlineData("""{ "SigningPassword": "plain" }""", "f.json: SigningPassword is a secret and is not encrypted: 'nuke :secrets' encrypts it; or set the environment variable SigningPassword instead.")]
    [InlineData("[]", "f.json holds no parameters: it has to be a JSON object.")]
    public void A_file_that_an_engine_would_ignore_in_part_is_told(string text, string problem) => Assert.Equal([problem], Check.OfFile("f.json", text, Path.GetTempPath()));

    [Theory]
    [InlineData("""{ "Configuration": "\ud800" }""")]
    [InlineData("""{ "\ud800": "Release" }""")]
    public void A_file_with_half_of_a_surrogate_pair_is_no_JSON(string text) =>
        Assert.StartsWith("f.json is no JSON: ", Assert.Single(Check.OfFile("f.json", text, Path.GetTempPath())), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_no_JSON_is_told() => Assert.StartsWith("f.json is no JSON: ", Assert.Single(Check.OfFile("f.json", "{ oops", Path.GetTempPath())), StringComparison.Ordinal);

    [Theory]
    [InlineData("nope.sln", "there is no file")]
    [InlineData("readme.md", "it is neither a .sln nor a .slnx file")]
    [InlineData("broken.sln", "")]
    public void A_solution_that_cannot_be_read_is_told_wherever_it_is_named(string path, string reason)
    {
        File.WriteAllText(Path.Combine(_root, "readme.md"), "");
        File.WriteAllText(Path.Combine(_root, "broken.sln"), "Microsoft Visual Studio Solution File\nProject(");
        File.WriteAllText(Path.Combine(_root, "fine.slnx"), "<Solution />");
        var absolute = Path.Combine(_root, path);

        Assert.StartsWith($"f.json: Solution cannot be '{path}': {reason}", Assert.Single(Check.OfFile("f.json", $$"""{ "Solution": "{{path}}" }""", _root)), StringComparison.Ordinal);
        Assert.StartsWith($"--solution cannot be '{absolute}': {reason}", Assert.Single(Line("--solution", absolute)), StringComparison.Ordinal);
        Assert.StartsWith($"the environment variable SOLUTION cannot be '{absolute}': {reason}", Assert.Single(Variable("SOLUTION", absolute)), StringComparison.Ordinal);
        Assert.Empty(Check.OfFile("f.json", """{ "Solution": "fine.slnx" }""", _root));
    }

    [Fact]
    public void A_file_as_editors_write_it_is_let_through() => Assert.Empty(Check.OfFile("f.json", """
        {
          "$schema": "build.schema.json", // for editors
          "Registry": "ghcr.io/owner", "DryRun": true, "Retries": 7, "Platforms": [ "linux/amd64" ], "Verbosity": "Quiet",
        }
        """, _root));

    private static IEnumerable<string> Line(params string[] arguments) => Check.OfCommandLine(TypedArguments.Read(arguments));

    private static IEnumerable<string> Variable(string name, string value) => Check.OfEnvironment(new Dictionary<string, string> { [name] = value });

    private abstract class SomeBuild : NukeBuild, IBuildImages, IHazSigning, IHazSolution
    {
        [Parameter("How often")] private readonly int? Retries = null;
        [Parameter("Where, at once", Separator = ",")] private readonly BuildCache[] Caches = [];

        public string Ordinary => $"{Retries}{Caches.Length}";

        public abstract IEnumerable<ImageDefinition> Images { get; }
    }
}
