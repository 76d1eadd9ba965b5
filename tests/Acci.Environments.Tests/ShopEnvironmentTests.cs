using System.Text.Json.Nodes;
using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Environments.Specification;
using Acci.Environments.Swarm;
using Acci.Environments.Variables;
using Acci.Testing;
using NJsonSchema;

namespace Acci.Environments.Tests;

/// <summary>An app, settings and services that this library knows nothing of.</summary>
public sealed class ShopEnvironmentTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public ShopEnvironmentTests()
    {
        Write("settings.json", """
            {
              "Hosts": ["shop.example.com", "www.example.com"],
              "Database": { "Name": "shop", "Timeout": "00:00:05" },
              "Deployment": { "Kind": "Production", "Replicas": 2, "Ports": "5000-5001", "BindAddress": "127.0.0.1", "WorkerReplicas": 4 }
            }
            """);
        Write("settings.live.json", "{}");
    }

    private ComposeFiles Files => new(_root.Path, ShopEnvironments.Declaration);

    private JsonNode Compose => YamlText.ToJson(Files.GeneratedFiles().Single(x => x.Path == "ops/compose/docker-compose.yml").Content);

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task What_is_generated_is_valid_by_the_specification_s_own_schema()
    {
        var schema = await JsonSchema.FromJsonAsync(
            Conformance.Text("compose-spec.schema.json").Replace("$defs", "definitions", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);

        Assert.Empty(schema.Validate(Compose.ToJsonString()));
    }

    [Fact]
    public void Settings_are_told_by_the_names_that_the_app_s_own_configuration_reads()
    {
        var environment = Compose["services"]!["shop"]!["environment"]!.AsObject().ToDictionary(x => x.Key, x => (string?)x.Value);

        Assert.Equal("postgres", environment["Database__Host"]);
        Assert.Equal("${Database__Name:-shop}", environment["Database__Name"]);
        Assert.Equal("OneLine", environment["Log"]);
        Assert.Equal(["shop.example.com", "www.example.com"], [environment["Hosts__0"], environment["Hosts__1"]]);
        Assert.DoesNotContain(
            environment, x => x.Key.Contains("Password", StringComparison.Ordinal) || x.Key.StartsWith("APP", StringComparison.Ordinal));
        Assert.Equal(environment, Compose["services"]!["worker"]!["environment"]!.AsObject().ToDictionary(x => x.Key, x => (string?)x.Value));
    }

    [Fact]
    public void Any_service_reads_any_number_of_secrets()
    {
        Assert.Equal(["Database__Password", "Queue__Password"], Targets("shop"));
        Assert.Equal(["Database__Password", "Queue__Password"], Targets("worker"));
        Assert.Equal(["Database__Password"], Targets("postgres"));
        Assert.Equal(["/etc/rabbitmq/password"], Targets("queue"));
        Assert.Equal("/run/secrets/Database__Password", (string?)Compose["services"]!["postgres"]!["environment"]!["POSTGRES_PASSWORD_FILE"]);
        Assert.Equal("${Queue__Password_FILE:-./secrets/live/Queue__Password}", (string?)Compose["secrets"]!["queue-password"]!["file"]);

        IEnumerable<string?> Targets(string service) => Compose["services"]![service]!["secrets"]!.AsArray().Select(x => (string?)x!["target"]);
    }

    [Fact]
    public void Each_service_has_its_image_its_replicas_and_its_data()
    {
        var services = Compose["services"]!;

        Assert.StartsWith("${SHOP_IMAGE:?run nuke Publish", (string?)services["shop"]!["image"], StringComparison.Ordinal);
        Assert.StartsWith("${SHOP_WORKER_IMAGE:?", (string?)services["worker"]!["image"], StringComparison.Ordinal);
        Assert.Equal("${SHOP_QUEUE_IMAGE:-docker.io/library/rabbitmq:4}", (string?)services["queue"]!["image"]);
        Assert.Equal("${SHOP_POSTGRES_IMAGE:-docker.io/library/postgres:17}", (string?)services["postgres"]!["image"]);
        Assert.Equal("${SHOP_WORKER_REPLICAS:-4}", (string?)services["worker"]!["deploy"]!["replicas"]);
        Assert.Equal("2G", (string?)services["postgres"]!["deploy"]!["resources"]!["limits"]!["memory"]);
        Assert.Equal(["shop-data", "queue-data"], Compose["volumes"]!.AsObject().Select(x => x.Key));
        var images = EnvironmentModel.Of(ShopEnvironments.Declaration, Files.Read("live")).Variables.ToDictionary(x => x.Name, x => x.Source);
        Assert.Equal(new LastPublish("shop-worker"), images["SHOP_WORKER_IMAGE"]);
        Assert.Equal(new UpstreamImage("docker.io/library/rabbitmq:4"), images["SHOP_QUEUE_IMAGE"]);
    }

    [Theory]
    [InlineData("shop.api", "${SHOP_SHOP_API_IMAGE:-docker.io/library/redis:7}")]
    [InlineData("Web-Api2", "${SHOP_WEB_API2_IMAGE:-docker.io/library/redis:7}")]
    [InlineData("2nd", "${SHOP_2ND_IMAGE:-docker.io/library/redis:7}")]
    public void Any_name_that_Compose_allows_gives_a_variable_that_every_program_reads(string service, string image)
    {
        var files = With(new ServiceDefinition(service) { Image = ServiceImage.Upstream("docker.io/library/redis:7"), Compose = new() { Comment = "What it is." } });

        var yaml = files.ModelOf("live").ToYaml();

        Assert.Equal(image, (string?)YamlText.ToJson(yaml)["services"]![service]!["image"]);
        Assert.Equal("docker.io/library/redis:7", Interpolation.Resolve(image, new Dictionary<string, string>()));
        Assert.Contains("\n\n  # What it is.\n", yaml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web_api", "the images of web-api and web_api are both the variable SHOP_WEB_API_IMAGE")]
    [InlineData("web api", "'web api' is no name for a service")]
    public void Names_that_cannot_be_told_apart_or_that_Compose_does_not_take_are_refused(string other, string problem)
    {
        var image = ServiceImage.Upstream("docker.io/library/redis:7");
        var files = With(new ServiceDefinition("web-api") { Image = image }, new ServiceDefinition(other) { Image = image });

        Assert.Contains(problem, Assert.Throws<DeliveryException>(() => files.ModelOf("live")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MY-SHOP")]
    [InlineData("2SHOP")]
    [InlineData("")]
    public void A_prefix_that_no_variable_can_have_is_refused(string prefix)
    {
        var files = new ComposeFiles(_root.Path, ShopEnvironments.Declaration with { VariablePrefix = prefix });

        Assert.Contains($"'{prefix}'", Assert.Throws<DeliveryException>(() => files.ModelOf("live")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_can_read_a_configuration_file()
    {
        var files = new ComposeFiles(_root.Path, ShopEnvironments.Declaration with
        {
            Define = _ => new()
            {
                Configs = new Dictionary<string, FileObject> { ["rules"] = new() { File = "../queue/rules.conf" } },
                Services = [new("queue") { Image = ServiceImage.Upstream("docker.io/library/rabbitmq:4"), Compose = new() { Configs = [new("rules", "/etc/rules.conf")] } }],
            },
        });
        var schema = await JsonSchema.FromJsonAsync(
            Conformance.Text("compose-spec.schema.json").Replace("$defs", "definitions", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);

        var compose = YamlText.ToJson(files.ModelOf("live").ToYaml());

        Assert.Empty(schema.Validate(compose.ToJsonString()));
        Assert.Equal("../queue/rules.conf", (string?)compose["configs"]!["rules"]!["file"]);
        Assert.Equal("rules", (string?)compose["services"]!["queue"]!["configs"]![0]!["source"]);
    }

    [Fact]
    public void A_config_that_is_not_declared_is_refused()
    {
        var files = With(new ServiceDefinition("reader") { Compose = new() { Image = "reader:1", Configs = [new("rules", "/etc/rules")] } });

        Assert.Contains("reader reads the config 'rules'", Assert.Throws<DeliveryException>(() => files.ModelOf("live")).Message, StringComparison.Ordinal);
    }

    public static TheoryData<Service, string> Unreadable => new()
    {
        { new(), "other has no Image and no Build" },
        { new() { Image = "a", DependsOn = Waits("quue") }, "other waits for 'quue', which is no service: there are shop, worker" },
        { new() { Image = "a", DependsOn = Waits("quue", isRequired: false) }, "other waits for 'quue', which is no service" },
        { new() { Image = "a", DependsOn = Waits("tools") }, "other waits for 'tools', which runs in the profiles debug, test alone" },
        { new() { Image = "a", Profiles = ["debug", "live"], DependsOn = Waits("tools") }, "other waits for 'tools'" },
        { new() { Image = "a", Secrets = [new("key", "key")] }, "other reads the secret 'key', which no service declares" },
        { new() { Image = "a", Deploy = new() { Replicas = "two" } }, "other has 'two' for Replicas: write a number" },
        { new() { Image = "a", Ports = [new(80) { Published = 80 }], Deploy = new() { Replicas = "two" } }, "other has 'two' for Replicas: write a number" },
        { new() { Image = "a", Ports = [new(80) { Published = 80, HostIp = "localhost" }] }, "other has 'localhost' for the HostIp of a port" },
        { new() { Image = "a", Ports = [new("http") { Published = 80 }] }, "other has 'http' for the Target of a port" },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void A_service_that_Compose_cannot_read_is_refused(Service service, string problem)
    {
        var files = With(Tools, new ServiceDefinition("other") { Compose = service });

        var error = Assert.Throws<DeliveryException>(() => files.ModelOf("live"));

        Assert.StartsWith($"Environment 'live': {problem}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_that_Compose_can_read_is_not()
    {
        foreach (var service in (Service[])
        [
            new() { Build = new() { Context = "." } },
            new() { Image = "a", DependsOn = Waits("queue") },
            new() { Image = "a", DependsOn = Waits("tools", isRequired: false) },
            new() { Image = "a", Profiles = ["debug"], DependsOn = Waits("tools") },
            new() { Image = "a", Secrets = [new("queue-password", "key")], Deploy = new() { Replicas = Scalar.Required("OTHER_REPLICAS", "say how many") } },
            new() { Image = "a", Ports = [new(80) { Published = 80, HostIp = "::1" }] },
        ])
        {
            Assert.NotEmpty(With(Tools, new ServiceDefinition("other") { Compose = service }).ModelOf("live").ToYaml());
        }
    }

    [Theory]
    [InlineData("WORKER_IMAGE", "are both the variable SHOP_WORKER_IMAGE")]
    [InlineData("PORTS", "Deployment:Ports and 'Something else' are both the variable SHOP_PORTS")]
    [InlineData("ELSE", null)]
    public void A_variable_of_two_meanings_is_refused(string name, string? problem)
    {
        var files = new ComposeFiles(_root.Path, ShopEnvironments.Declaration with
        {
            Define = environment => ShopEnvironments.Declaration.Define(environment) is var shop
                ? shop with { Services = [.. shop.Services, new("other") { Compose = new() { Image = "a", Command = [environment.Variable(name, "Something else", "a"), environment.Variable(name, "Something else", "b")] } }] }
                : throw new InvalidOperationException(),
        });

        var failure = Record.Exception(() => files.ModelOf("live"));

        if (problem is null) Assert.Null(failure);
        else Assert.Contains(problem, Assert.IsType<DeliveryException>(failure).Message, StringComparison.Ordinal);
    }

    private static ServiceDefinition Tools => new("tools") { Compose = new() { Image = "tools:1", Profiles = ["debug", "test"] } };

    private static Dictionary<string, Dependency> Waits(string service, bool? isRequired = null) => new() { [service] = Dependency.Started with { Required = isRequired } };

    [Fact]
    public void A_service_of_an_image_that_the_build_has_not_is_refused_when_the_files_are_written()
    {
        ImageDefinition shop = new("shop"), worker = new("shop-wroker");

        var error = Assert.Throws<DeliveryException>(() => (Files with { Images = [shop, worker] }).GeneratedFiles());

        Assert.Equal("Environment 'live': there is no image 'shop-worker'; the build has shop, shop-wroker.", error.Message);
        Assert.NotEmpty((Files with { Images = [shop, new("shop-worker")] }).GeneratedFiles());
        Assert.Equal(ServiceImage.Of("shop"), ServiceImage.Of(shop));
    }

    [Fact]
    public void What_it_runs_of_others_is_what_locks_are_made_for()
    {
        Assert.Equal(["docker.io/library/postgres:17", "docker.io/library/rabbitmq:4"], Files.UpstreamImages().Select(x => x.ToString()).Order(StringComparer.Ordinal));
        Assert.Empty(new ComposeFiles(_root.Combine("nowhere"), ShopEnvironments.Declaration).UpstreamImages());
    }

    [Fact]
    public void Nothing_of_another_repository_s_names_is_in_it()
    {
        var text = string.Concat(Files.GeneratedFiles().Select(x => x.Content));

        Assert.Equal("shop-live", (string?)Compose["name"]);
        Assert.DoesNotContain("acci", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("./build.sh", text, StringComparison.Ordinal);
        Assert.DoesNotContain("deploy/", text, StringComparison.Ordinal);
        Assert.NotEqual(BakeryEnvironments.Declaration.ProjectOf("prod"), ShopEnvironments.Declaration.ProjectOf("prod"));
        var project = ComposeProject.Of(new DockerEngine("docker"), _root.Path, ShopEnvironments.Declaration, "live", ProcessEnvironment.Empty);
        Assert.StartsWith("shop-live-", project.Name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_declaration_without_a_name_is_called_as_the_repository_s_folder()
    {
        var unnamed = ShopEnvironments.Declaration with { Name = "" };

        Assert.Equal("my-shop-live", unnamed.NamedAfter("My Shop").ProjectOf("live"));
        Assert.Equal("MY_SHOP", unnamed.NamedAfter("My Shop").VariablePrefix);
        Assert.Equal("shop", ShopEnvironments.Declaration.NamedAfter("My Shop").Name);
        Assert.Contains("'4711'", Assert.Throws<DeliveryException>(() => unnamed.NamedAfter("4711")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "Database": { "Nam": "x" } }""", "Database:Nam", "Database:Name")]
    [InlineData("""{ "Database": { "Timeout": "soon" } }""", "Database__Timeout", "'soon'")]
    [InlineData("""{ "Database": { "Host": "elsewhere" } }""", "Database:Host", "'postgres'")]
    [InlineData("""{ "Deployment": { "WorkerReplicas": 0 } }""", "SHOP_WORKER_REPLICAS", "'0'")]
    [InlineData("""{ "Deployment": { "Replicas": 3 } }""", "SHOP_PORTS", "5000-5002")]
    [InlineData("""{ "Queue": { "Password": "checked in" } }""", "Queue:Password", "shop-live")]
    public void What_is_wrong_with_its_settings_is_told_by_their_names(string live, params string[] words)
    {
        Write("settings.live.json", live);

        var error = Assert.Throws<DeliveryException>(() => Files.ModelOf("live"));

        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("'checked in'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_settings_of_one_variable_are_refused()
    {
        var twice = ShopEnvironments.Declaration with
        {
            Settings = [ShopEnvironments.Settings, ShopEnvironments.Settings with { Section = "Other" }],
        };

        var error = Assert.Throws<DeliveryException>(() => new ComposeFiles(_root.Path, twice).ModelOf("live"));

        Assert.Contains("Log and Other:Log", error.Message, StringComparison.Ordinal);
        Assert.Contains("the variable Log", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stack_has_it_all_too()
    {
        var model = EnvironmentModel.Of(ShopEnvironments.Declaration, Files.Read("live"));
        var secrets = model.File.Secrets!.Keys.ToDictionary(x => x, x => $"shop-live_{x}_1");

        var stack = YamlText.ToJson(ComposeWriter.ToYaml(SwarmStack.Of(
            model.File,
            new Dictionary<string, string> { ["SHOP_IMAGE"] = "shop@sha256:0", ["SHOP_WORKER_IMAGE"] = "worker@sha256:0" },
            secrets, _ => "here", hasIngress: true, "/checkout/ops")));

        Assert.Equal(4, (long?)stack["services"]!["worker"]!["deploy"]!["replicas"]);
        Assert.Equal("docker.io/library/rabbitmq:4", (string?)stack["services"]!["queue"]!["image"]);
        Assert.Equal("shop-live_queue-password_1", (string?)stack["secrets"]!["queue-password"]!["name"]);
    }

    [Fact]
    public async Task Each_image_of_the_build_is_the_one_of_its_own_publish()
    {
        using var docker = new DockerStandIn();
        Directory.CreateDirectory(_root.Combine("deploy", "locks"));
        await File.WriteAllTextAsync(_root.Combine("deploy", "locks", "images.json"), "{}", TestContext.Current.CancellationToken);
        EnvironmentFile.Write(_root.Combine("ops", "compose", ".env.live"), $"SHOP_IMAGE=ghcr.example.com/octo/shop@sha256:{new string('0', 64)}\n");
        using var context = new DeliveryContext(
            new DeliveryOptions { Root = _root.Path, Artifacts = _root.Combine("artifacts"), Images = [] }, TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<DeliveryException>(
            () => new EnvironmentImages(context, docker.Engine).FindAsync(EnvironmentPlan.Of(Files, "live", ProcessEnvironment.Read()), TestContext.Current.CancellationToken));

        Assert.Contains("shop-worker.json", error.Message, StringComparison.Ordinal);
        Assert.Contains("SHOP_WORKER_IMAGE", error.Message, StringComparison.Ordinal);
        Assert.Contains("nuke Publish", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_has_a_variable_for_each_value_is_changed_in_the_settings_files_alone()
    {
        EnvironmentFile.Write(_root.Combine("ops", "compose", ".env.live"), "Hosts=other.example.com\n");

        var error = Assert.Throws<DeliveryException>(() => EnvironmentPlan.Of(Files, "live", ProcessEnvironment.Read()));

        Assert.Contains("Hosts (Hosts) cannot be set from outside", error.Message, StringComparison.Ordinal);
    }

    private ComposeFiles With(params ServiceDefinition[] services) => new(_root.Path, ShopEnvironments.Declaration with
    {
        Define = environment =>
        {
            var shop = ShopEnvironments.Declaration.Define(environment);
            return shop with { Services = [.. shop.Services, .. services] };
        },
    });

    private void Write(string file, string content)
    {
        Directory.CreateDirectory(_root.Combine("ops", "settings"));
        File.WriteAllText(_root.Combine("ops", "settings", file), content);
    }
}
