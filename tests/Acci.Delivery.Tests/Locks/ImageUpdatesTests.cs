using Acci.Delivery.Locks;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Delivery.Tests.Locks;

public class ImageUpdatesTests
{
    private static readonly Digest Old = Digest.Of("old"u8);
    private static readonly Digest New = Digest.Of("new"u8);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_tag_points_at_now_is_pinned_and_what_cannot_be_asked_stays()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path.Value!.EndsWith("/gone", StringComparison.Ordinal) ? 404 : 200;
            context.Response.ContentType = "application/vnd.oci.image.index.v1+json";
            context.Response.Headers["Docker-Content-Digest"] = New.ToString();
            context.Response.ContentLength = context.Response.StatusCode == 200 ? 2 : 0;
            return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync("{}");
        });
        var (moved, first, gone) = (Image("a:1"), Image("b:1"), Image("c:gone"));
        var changes = new List<LockChange>();

        var found = await new ImageUpdates(image => OciRegistry.Of(image)).FindAsync(
            new Dictionary<ImageReference, Digest?> { [moved] = Old, [first] = null, [gone] = Old }, changes.Add, Cancellation);

        Assert.Equal([New, New, Old], found.Values);
        Assert.Equal([true, true, false], changes.Select(x => x.IsChange));
        Assert.Contains("→ sha256:", changes[0].Text, StringComparison.Ordinal);
        Assert.StartsWith("not pinned", changes[1].Text, StringComparison.Ordinal);
        Assert.Contains("no such tag", changes[2].Text, StringComparison.Ordinal);

        ImageReference Image(string name) => ImageReference.Parse($"{server.Domain}/{name}");
    }
}
