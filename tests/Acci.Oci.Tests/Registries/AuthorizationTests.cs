using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Oci.Tests.Registries;

/// <summary>A registry with a token service.</summary>
public sealed class AuthorizationTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly Credentials _ada = new(TokenService.User, TokenService.Password);
    private readonly List<RetryNotice> _notices = [];
    private TokenService _tokens = null!;
    private RegistryServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _tokens = await TokenService.StartAsync();
        _server = RegistryServer.With(_tokens.Configuration);
        await _server.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _tokens.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_push_gets_one_token_per_scope()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        var repository = _server.NewRepository();
        using var registry = Connect(_ada);

        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        await registry.PutTagAsync(repository, "latest", layout.Root.Digest, Cancellation);
        await registry.DeleteManifestAsync(repository, layout.Root.Digest, Cancellation);

        Assert.Equal(
            ["", $"repository:{repository.Path}:delete,pull", $"repository:{repository.Path}:pull", $"repository:{repository.Path}:pull,push"],
            _tokens.Requests.Select(x => x.Scope).Order());
        Assert.All(_tokens.Requests, x => Assert.Equal(TokenService.User, x.User));
    }

    [Fact]
    public async Task Blobs_are_mounted_with_a_token_for_both_repositories()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        var (first, second) = (_server.NewRepository("base"), _server.NewRepository());
        using var registry = Connect(_ada, x => x with { MountFrom = [first.Path] });
        await registry.PushAsync(layout, first, cancellationToken: Cancellation);

        var result = await registry.PushAsync(layout, second, cancellationToken: Cancellation);

        Assert.Equal((0, 11), (result.BlobsSent, result.BlobsMounted));
        Assert.Contains(_tokens.Requests, x => x.Scope == $"repository:{second.Path}:pull,push repository:{first.Path}:pull");
    }

    [Fact]
    public async Task A_token_that_expires_in_the_middle_of_a_push_is_renewed_and_nobody_notices()
    {
        _tokens.Lifetime = TimeSpan.FromSeconds(2);
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, [.. Enumerable.Repeat(1_000_000L, 8), .. Enumerable.Repeat(400_000L, 4)]);
        var repository = _server.NewRepository();
        using var registry = Connect(_ada, x => x with { Parallelism = 2, WholeBlobLimit = 500_000, ChunkSize = 250_000 });

        await registry.PushAsync(layout, repository, new ProgressTrigger(bytes: 3_000_000, () =>
        {
            // Those after it may take as long as they need on a busy machine.
            _tokens.Lifetime = TimeSpan.FromMinutes(5);
            Thread.Sleep(3000);
        }), Cancellation);

        Assert.True(_tokens.Requests.Count(x => x.Scope.Contains("push", StringComparison.Ordinal)) > 1, "The token did not expire.");
        Assert.Empty(_notices);
        await registry.ResolveAsync(repository.WithDigest(layout.Root.Digest), Cancellation);
    }

    [Fact]
    public async Task A_token_is_renewed_before_it_expires()
    {
        _tokens.StatedSeconds = 1;
        var repository = _server.NewRepository();
        var clock = new TestClock();
        using var registry = Connect(_ada, x => x with { Retry = x.Retry with { Time = clock } });
        await registry.FindAsync(repository.WithTag("a"), Cancellation);
        var before = _tokens.Requests.Count;

        clock.Advance(TimeSpan.FromSeconds(1));
        await registry.FindAsync(repository.WithTag("b"), Cancellation);

        Assert.Equal(before + 1, _tokens.Requests.Count);
    }

    [Fact]
    public async Task A_token_service_that_stumbles_is_asked_again()
    {
        _tokens.Failing = (503, 2);
        using var registry = Connect(_ada);

        await registry.EnsureReachableAsync(Cancellation);

        Assert.Equal(2, _notices.Count);
        Assert.All(_notices, x => Assert.Equal($"503 Service Unavailable: the token service of {_server.Domain}", x.Reason));
    }

    [Fact]
    public async Task A_refresh_token_is_exchanged()
    {
        using var registry = Connect(new Credentials("<token>", TokenService.RefreshToken) { Kind = CredentialKind.RefreshToken });
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);

        await registry.PushAsync(layout, _server.NewRepository(), cancellationToken: Cancellation);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(415)]
    [InlineData(422)]
    [InlineData(501)]
    public async Task A_token_service_that_knows_no_POST_gets_a_refresh_token_as_a_password(int status)
    {
        var credentials = new Credentials("ada", TokenService.RefreshToken) { Kind = CredentialKind.RefreshToken };
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var (request, response) = (context.Request, context.Response);
            if (request.Path == "/token")
            {
                response.StatusCode = HttpMethods.IsPost(request.Method) ? status : request.Headers.Authorization == $"{credentials.ToHeader()}" ? 200 : 401;
                return HttpMethods.IsPost(request.Method) ? Task.CompletedTask : response.WriteAsync("""{"token":"abc"}""", Cancellation);
            }

            response.StatusCode = request.Headers.Authorization == "Bearer abc" ? 200 : 401;
            response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{request.Host}/token\"";
            return response.WriteAsync("""{"tags":["1"]}""", Cancellation);
        });
        using var registry = new OciRegistry(server.Domain, Options(credentials));

        Assert.Equal(["1"], await registry.ListTagsAsync(ImageReference.Parse($"{server.Domain}/app"), cancellationToken: Cancellation).ToListAsync(Cancellation));
    }

    [Theory]
    [InlineData("POST", 1)]
    [InlineData("GET", 1)]
    [InlineData("GET", 2)]
    public async Task A_refresh_token_is_taken_by_the_method_and_for_as_many_scopes_as_the_token_service_knows(string method, int mostScopes)
    {
        var credentials = new Credentials("ada", TokenService.RefreshToken) { Kind = CredentialKind.RefreshToken };
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var (request, response) = (context.Request, context.Response);
            if (request.Path == "/token")
            {
                var scopes = request.Method == "GET" ? request.Query["scope"].Count : $"{(await request.ReadFormAsync(Cancellation))["scope"]}".Split(' ').Length;
                response.StatusCode = request.Method == method && scopes <= mostScopes ? 200 : 400;
                if (response.StatusCode == 200) await response.WriteAsync("""{"token":"abc"}""", Cancellation);
                return;
            }

            response.StatusCode = request.Headers.Authorization == "Bearer abc" ? 200 : 401;
            response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{request.Host}/token\",scope=\"repository:other:pull\"";
            await response.WriteAsync("""{"tags":["1"]}""", Cancellation);
        });
        using var registry = new OciRegistry(server.Domain, Options(credentials));

        Assert.Equal(["1"], await registry.ListTagsAsync(ImageReference.Parse($"{server.Domain}/app"), cancellationToken: Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Anonymous_users_get_an_anonymous_token_and_may_pull()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        var repository = _server.NewRepository();
        using (var registry = Connect(_ada)) await registry.PushAsync(layout, repository, cancellationToken: Cancellation);

        using var anonymous = Connect(Credentials.None);

        Assert.Equal(layout.Root.Digest, (await anonymous.ResolveAsync(repository.WithDigest(layout.Root.Digest), Cancellation)).Digest);
    }

    [Fact]
    public async Task Anonymous_users_who_want_to_push_are_told_to_bring_credentials()
    {
        using var registry = Connect(Credentials.None);

        var error = await Assert.ThrowsAsync<RegistryException>(() => registry.EnsurePushAllowedAsync(_server.NewRepository(), Cancellation));

        Assert.Equal(
            $"{_server.Domain} asks for credentials, and there are none (401 Unauthorized: UNAUTHORIZED: authentication required): give --registry-user and --registry-token, or run `docker login {_server.Domain}`.",
            error.Message);
    }

    [Fact]
    public async Task A_token_service_that_gives_no_token_without_the_right_to_push_says_that_this_is_missing()
    {
        using var registry = Connect(_ada);
        await registry.EnsureReachableAsync(Cancellation);
        var repository = _server.NewRepository();
        _tokens.Failing = (403, 1);

        var error = await Assert.ThrowsAsync<RegistryException>(() => registry.EnsurePushAllowedAsync(repository, Cancellation));

        Assert.Equal(
            $"{_server.Domain} does not let 'ada' (credentials from --registry-user and --registry-token) push to {repository.Path} (403 Forbidden). Ask for that right, or use another account.",
            error.Message);
    }

    [Fact]
    public async Task What_may_be_pushed_to_is_asked_with_the_same_token()
    {
        using var registry = Connect(_ada);
        var repository = _server.NewRepository();
        await registry.EnsurePushAllowedAsync(repository, Cancellation);

        Assert.Null(await registry.FindAsync(repository.WithTag("latest"), Cancellation));
        Assert.Empty(await registry.ListTagsAsync(repository, cancellationToken: Cancellation).ToListAsync(Cancellation));

        Assert.DoesNotContain(_tokens.Requests, x => x.Scope == $"repository:{repository.Path}:pull");
    }

    [Fact]
    public async Task Wrong_credentials_are_named_with_where_they_came_from()
    {
        using var registry = Connect(new Credentials(TokenService.User, "a wrong password"));

        var error = await Assert.ThrowsAsync<RegistryException>(() => registry.EnsureReachableAsync(Cancellation));

        Assert.Equal(
            $"{_server.Domain} refused the credentials of 'ada' (401 Unauthorized: UNAUTHORIZED: incorrect username or password): check --registry-user and --registry-token.",
            error.Message);
        Assert.Empty(_notices);
    }

    [Fact]
    public async Task A_user_who_may_not_push_is_told_before_the_push()
    {
        _tokens.Grants = action => action == "pull";
        var repository = _server.NewRepository();
        using var registry = Connect(_ada);

        var error = await Assert.ThrowsAsync<RegistryException>(() => registry.EnsurePushAllowedAsync(repository, Cancellation));

        Assert.Equal(
            $"{_server.Domain} does not let 'ada' (credentials from --registry-user and --registry-token) push to {repository.Path} (401 Unauthorized: UNAUTHORIZED: authentication required). Ask for that right, or use another account.",
            error.Message);
    }

    [Fact]
    public async Task A_user_who_may_push_leaves_nothing_behind_by_asking()
    {
        var repository = _server.NewRepository();
        using var registry = Connect(_ada);

        await registry.EnsurePushAllowedAsync(repository, Cancellation);

        Assert.Equal(0, _server.OpenUploads(repository));
    }

    [Fact]
    public async Task Neither_password_nor_tokens_stand_in_any_message()
    {
        await using var proxy = await FaultProxy.StartAsync(_server);
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        using var registry = new OciRegistry(proxy.Domain, Options(_ada));
        proxy.Decide = x => x.FinishesBlob ? new NetworkFault.Answer(400, Body: $$"""{"errors":[{"code":"UNKNOWN","message":"you are {{TokenService.Password}}"}]}""") : null;

        var error = await Assert.ThrowsAsync<RegistryException>(() => registry.PushAsync(layout, proxy.NewRepository(), cancellationToken: Cancellation));

        Assert.Contains($"UNKNOWN: you are {Redaction.Mask}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(TokenService.Password, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("ada (--registry-user and --registry-token)", _ada.ToString());
    }

    [Fact]
    public async Task Another_host_that_the_registry_redirects_to_gets_no_credentials()
    {
        var asked = 0;
        await using var tokens = await LoopbackServer.StartAsync(_ =>
        {
            asked++;
            return Task.CompletedTask;
        });
        await using var storage = await LoopbackServer.StartAsync(context =>
        {
            if (context.Request.Headers.Authorization.Count > 0) asked++;
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{tokens.Domain}/token\",service=\"x\"";
            return Task.CompletedTask;
        });
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Redirect($"http://{storage.Domain}/blob");
            return Task.CompletedTask;
        });
        using var registry = new OciRegistry(server.Domain, Options(_ada));
        var blob = new Descriptor { MediaType = "application/octet-stream", Digest = Digest.Of([]), Size = 0 };

        await Assert.ThrowsAsync<RegistryException>(() => registry.ReadBlobAsync(ImageReference.Parse($"{server.Domain}/app"), blob, Cancellation));

        Assert.Equal(0, asked);
    }

    [Theory]
    [InlineData("Bearer realm=\"file:///etc/passwd\"")]
    [InlineData("Bearer service=\"x\"")]
    [InlineData("Negotiate")]
    public async Task A_login_of_an_unknown_kind_is_not_told_as_missing_credentials(string challenge)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = challenge;
            return Task.CompletedTask;
        });
        using var registry = new OciRegistry(server.Domain, Options(_ada));

        var error = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(ImageReference.Parse($"{server.Domain}/app"), cancellationToken: Cancellation).ToListAsync(Cancellation).AsTask());

        Assert.Equal(
            $"{server.Domain} asks for a login of a kind that is not supported ({challenge}): it has to be Basic, or Bearer with a token service at an http or https address.",
            error.Message);
    }

    [Fact]
    public async Task A_refusal_without_a_challenge_is_not_told_as_missing_or_wrong_credentials()
    {
        var sent = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            sent += context.Request.Headers.Authorization.Count;
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        });
        using var registry = new OciRegistry(server.Domain, Options(_ada));

        var image = ImageReference.Parse($"{server.Domain}/app:1");

        var error = await Assert.ThrowsAsync<RegistryException>(() => registry.ResolveAsync(image, Cancellation));

        Assert.Equal(
            $"{server.Domain} refuses access and does not say how to log in (401 Unauthorized, no WWW-Authenticate header), so no credentials were "
            + "sent. Check the address given by --registry, and whether a proxy before the registry drops the header.",
            error.Message);
        Assert.Equal(0, sent);
    }

    [Theory]
    [InlineData("a-long-token", true)]
    [InlineData("an-old-token", false)]
    public async Task A_token_of_the_registry_goes_there_as_it_is_and_a_refusal_names_where_it_came_from(string token, bool isTaken)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            Assert.NotEqual("/token", context.Request.Path.Value);
            var isRight = context.Request.Headers.Authorization == "Bearer a-long-token";
            context.Response.StatusCode = isRight ? 200 : 401;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{context.Request.Host}/token\"";
            return context.Response.WriteAsync("""{"tags":["1"]}""", Cancellation);
        });
        var credentials = new Credentials("<token>", token, "a test") { Kind = CredentialKind.BearerToken };
        using var registry = new OciRegistry(server.Domain, Options(credentials));
        var app = ImageReference.Parse($"{server.Domain}/app");
        var listing = registry.ListTagsAsync(app, cancellationToken: Cancellation).ToListAsync(Cancellation).AsTask();

        if (isTaken) Assert.Equal(["1"], await listing);
        else Assert.Contains("check a test.", (await Assert.ThrowsAsync<RegistryException>(() => listing)).Message, StringComparison.Ordinal);
    }

    private OciRegistry Connect(ICredentialSource credentials, Func<RegistryOptions, RegistryOptions>? change = null)
    {
        var options = Options(credentials);
        return new OciRegistry(_server.Domain, change?.Invoke(options) ?? options);
    }

    private RegistryOptions Options(ICredentialSource credentials) => new() { Credentials = credentials, Retry = new RetryOptions { Budget = TimeSpan.FromMinutes(1), Notify = _notices.Add } };
}
