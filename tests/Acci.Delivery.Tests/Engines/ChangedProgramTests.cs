using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>A program in the cache of which a byte was changed is named, and does not run, at whatever door it is asked for.</summary>
public sealed class ChangedProgramTests : IDisposable
{
    private const string Scripts = "src/Acci.Delivery/Engines/Scripts/engine";

    private readonly TemporaryFolder _folder = new();

    public ChangedProgramTests() => Assert.SkipUnless(PrivateEngine.CanFetchPackages, "Programs are fetched on Debian.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private CacheDirectory Cache => new(_folder.Combine("cache"));

    private EngineScripts Engine => new(Cache);

    // Each program leaves its name here when it runs.
    private string Ran => _folder.Combine("ran");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cosign_signs_with_nothing_but_what_was_fetched(bool isChanged)
    {
        var group = await GroupAsync("tools", "cosign", "docker-registry");
        if (isChanged) Change($"{group}/bin/cosign");
        var tools = new PrivateTools(Engine) { Process = new ProcessEnvironment(new Dictionary<string, string> { ["PATH"] = "/nowhere" }) };

        if (isChanged) await AssertRefusedAsync($"{group}/bin/cosign", () => tools.CosignAsync(Cancellation));
        else await CommandRunner.RunAsync(new Command(await tools.CosignAsync(Cancellation)), cancellationToken: Cancellation);
        Assert.Equal(!isChanged, File.Exists(Ran));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("bin/docker")]
    [InlineData("cli-plugins/docker-buildx")]
    [InlineData("cli-plugins/docker-compose")]
    public async Task Nor_does_docker_run_as_anything_else(string? changed)
    {
        var group = await RunningEngineAsync();
        if (changed is not null) Change($"{group}/{changed}");

        if (changed is not null) await AssertRefusedAsync($"{group}/{changed}", () => new PrivateEngine(Engine).FindAsync(Cancellation));
        else Assert.NotNull(await new PrivateEngine(Engine).FindAsync(Cancellation));
        Assert.Equal(changed is null, File.Exists(Ran));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nor_where_it_removes_what_a_killed_build_has_left(bool isChanged)
    {
        var group = await RunningEngineAsync();
        if (isChanged) Change($"{group}/bin/docker");
        Directory.CreateDirectory(Cache.Combine("bin"));
        File.Copy($"{group}/bin/docker", Cache.Combine("bin", "docker"));
        Directory.CreateDirectory(Cache.Combine("sessions"));
        await File.WriteAllTextAsync(
            Cache.Combine("sessions", "x.journal"), $$$"""{"Number":1,"Leftover":{"Label":"a=b","Docker":"{{{Cache.Combine("bin", "docker")}}}"}}""" + "\n", Cancellation);

        await Session.RemoveAbandonedAsync(Cache, Cancellation, new PrivateEngine(Engine).MayRunAsync);

        Assert.Equal(!isChanged, File.Exists(Ran));
    }

    [Theory]
    [InlineData("bin/docker")]
    [InlineData("bin/runc")]
    [InlineData("bin/iptables")]
    [InlineData("root/usr/sbin/xtables-nft-multi")]
    [InlineData("root/usr/lib/x86_64-linux-gnu/libmnl.so.0.2.0")]
    [InlineData("root/usr/lib/x86_64-linux-gnu/libmnl.so.0", "link")]
    [InlineData("root/usr/lib/x86_64-linux-gnu/libc.so.6", "added")]
    [InlineData("bin/ip", "added")]
    [InlineData("root.sha256", "gone")]
    public async Task The_engine_is_not_started_from_what_is_not_as_it_was_fetched(string changed, string how = "changed")
    {
        var group = await GroupAsync("engine", "docker", "runc", "dockerd");
        switch (how)
        {
            case "link": await ShellAsync($"ln -sfn ../../sbin/runc {group}/{changed}"); break;
            case "gone": File.Delete($"{group}/{changed}"); break;
            case "added": await ShellAsync($"cp {group}/bin/docker {group}/{changed}"); break;
            default: Change($"{group}/{changed}"); break;
        }

        await AssertRefusedAsync(how == "gone" ? $"{group}/root" : $"{group}/{changed}", () => Engine.RunAsync("engine/up.sh", [], Cancellation));

        Assert.False(File.Exists(Ran));
        var stopped = await CommandRunner.TryRunAsync(
            new Command("bash", "-c", $". {Path.Combine(SourceTree.Root, Scripts)}/lib/common.sh; . {Path.Combine(SourceTree.Root, Scripts)}/lib/layout.sh; (verify_group {group}) || echo changed"),
            cancellationToken: Cancellation);
        Assert.Equal("changed\n", stopped.StandardOutput);
    }

    [Theory]
    [InlineData(null, true, "")]
    [InlineData("bin/rootlesskit", false, "/bin/rootlesskit is not what was fetched")]
    [InlineData("root/usr/sbin/xtables-nft-multi", false, "/root/usr/sbin/xtables-nft-multi is not what was fetched")]
    [InlineData("root.sha256", false, " has no root.sha256, as of an earlier version")]
    public async Task Nor_does_anything_changed_run_when_the_engine_is_put_away(string? changed, bool runs, string said)
    {
        var group = await GroupAsync("engine", "rootlesskit");
        if (changed == "root.sha256") File.Delete($"{group}/{changed}");
        else if (changed is not null) Change($"{group}/{changed}");

        // Files of other users are what rm does not delete.
        var errors = await ShellAsync($"""
            . {Path.Combine(SourceTree.Root, Scripts)}/lib/engine.sh; . {Path.Combine(SourceTree.Root, Scripts)}/lib/rootless.sh
            CACHE={Cache.Path}; engine_paths; mkdir -p $RUN; echo {group} > $RUN/programs; rm() (exit 1)
            (rootless_remove /nowhere) 2>&1 || true
            """);

        Assert.Equal(runs, File.Exists(Ran));
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.Equal(!runs, errors.Contains("error: cannot delete /nowhere: ", StringComparison.Ordinal));
        Assert.Equal(said.Contains("is not what", StringComparison.Ordinal), errors.Contains("is not what was fetched", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_as_it_was_fetched_is_taken()
    {
        var group = await GroupAsync("engine", "docker", "runc", "dockerd");

        Assert.Equal("", await ShellAsync($"verify_group {group} 2>&1"));
    }

    private static void Change(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[^2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private static async Task AssertRefusedAsync(string program, Func<Task> act) =>
        Assert.StartsWith($"{program} is not what was fetched", (await Assert.ThrowsAsync<DeliveryException>(act)).Message, StringComparison.Ordinal);

    // As fetch.sh leaves it: links into root, wrappers with libraries beside what they start, and the digests.
    private async Task<string> GroupAsync(string name, params string[] programs)
    {
        var group = (await ShellAsync($"LIB={Path.Combine(SourceTree.Root, Scripts, "lib")} CACHE={Cache.Path} group_folder {name}")).Trim();
        var make = string.Join('\n', programs.Select(x => $"place usr/bin/{x} && ln -s ../root/usr/bin/{x} {group}/bin/{x}"));
        await ShellAsync($$"""
            mkdir -p {{group}}/bin {{group}}/cli-plugins {{group}}/root/usr/bin {{group}}/root/usr/sbin {{group}}/root/usr/lib/x86_64-linux-gnu
            place() { printf '#!/bin/sh\necho {{name}} >> {{Ran}}\necho 28.0.0 #.\n' > {{group}}/root/$1; chmod 755 {{group}}/root/$1; }
            {{make}}
            place usr/sbin/xtables-nft-multi; place usr/bin/docker-buildx; place usr/bin/docker-compose
            for plugin in docker-buildx docker-compose; do ln -s ../root/usr/bin/$plugin {{group}}/cli-plugins/$plugin; done
            place usr/lib/x86_64-linux-gnu/libmnl.so.0.2.0; ln -s libmnl.so.0.2.0 {{group}}/root/usr/lib/x86_64-linux-gnu/libmnl.so.0
            wrap_program {{group}} iptables usr/sbin/xtables-nft-multi iptables
            record_digests {{group}}
            """);
        return group;
    }

    private async Task<string> RunningEngineAsync()
    {
        var group = await GroupAsync("engine", "docker", "runc", "dockerd");
        Directory.CreateDirectory(Cache.Combine("engine", "run"));
        await File.WriteAllTextAsync(Cache.Combine("engine", "run", "programs"), $"{group}\n", Cancellation);
        return group;
    }

    // With the functions of fetch.sh.
    private async Task<string> ShellAsync(string script)
    {
        var copy = _folder.Combine("scripts");
        if (!Directory.Exists(copy))
            await CommandRunner.RunAsync(new Command("sh", "-c", $"cp -r '{Path.Combine(SourceTree.Root, Scripts)}' '{copy}' && sed -i '/^main /d' '{copy}/fetch.sh'"), cancellationToken: Cancellation);
        return (await CommandRunner.RunAsync(new Command("bash", "-c", $". {copy}/fetch.sh\n{script}"), cancellationToken: Cancellation)).StandardOutput;
    }
}
