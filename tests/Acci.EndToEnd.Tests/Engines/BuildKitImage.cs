using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Engines;

/// <summary>
/// An image that stands in for BuildKit's, where that cannot be pulled: in it the BuildKit of a second engine answers, which has a network of its own, because the container
/// has the first one's. What buildx starts and asks are <c>buildkitd</c> and <c>buildctl</c>.
/// </summary>
internal static class BuildKitImage
{
    private const string Script = """
        set -e
        root=$1 programs=$2 slirp=$3
        mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/usr/lib64" "$root/etc/ssl" "$root/tmp"
        for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$root/$folder"; done
        cp -a "$programs" "$root/programs"
        cp -a /etc/ssl/certs "$root/etc/ssl/"
        cp /etc/passwd /etc/group /etc/nsswitch.conf "$root/etc/"
        used="$slirp/usr/bin/slirp4netns"
        for program in sh unshare ip mount umount cat sleep env dirname; do used="$used $(command -v $program)"; done
        cp -L $used "$root/usr/bin/"
        export LD_LIBRARY_PATH=$(echo "$slirp"/usr/lib/*-linux-gnu)
        for library in $(for program in $used "$programs"/bin/*; do ldd "$program" 2> /dev/null || :; done | grep -o '/[^ ]*' | grep -v ':$' | sort -u) $(ls /lib/*-linux-gnu/libnss_dns.so.2 /lib/*-linux-gnu/libnss_files.so.2); do
            [ -e "$root/usr/lib/$(basename "$library")" ] || cp -L "$library" "$root/usr/lib/"
        done
        for loader in /lib64/ld-linux-*; do [ ! -e "$loader" ] || cp -L "$loader" "$root/usr/lib64/"; done
        cat > "$root/usr/bin/buildkitd" << 'END'
        #!/bin/sh
        export PATH=/programs/bin:/usr/bin LD_LIBRARY_PATH=/usr/lib
        unshare --net sh -c 'ip link set lo up; exec dockerd --data-root /var/lib/buildkit --exec-root /run/docker --pidfile /run/docker.pid --host unix:///run/docker.sock --group root \
            --cgroup-parent /buildkit --feature containerd-snapshotter' &
        daemon=$!
        trap 'kill $daemon; wait $daemon; exit' TERM INT
        sleep 1
        slirp4netns --configure --mtu=65520 $daemon tap0 &
        wait $daemon
        END
        cat > "$root/usr/bin/buildctl" << 'END'
        #!/bin/sh
        export PATH=/programs/bin:/usr/bin LD_LIBRARY_PATH=/usr/lib DOCKER_HOST=unix:///run/docker.sock DOCKER_CONFIG=/programs
        case "$*" in *dial-stdio*) exec docker buildx dial-stdio ;; *) exec docker version ;; esac
        END
        chmod +x "$root/usr/bin/buildkitd" "$root/usr/bin/buildctl"
        tar -C "$root" -cf "$root.tar" .
        """;

    /// <summary>Gives it to an engine under the name of BuildKit's, which buildx takes where it cannot be pulled.</summary>
    public static async Task LoadAsync(EngineElsewhere engine, CancellationToken cancellationToken)
    {
        var slirp = DebianPackages.Fetch("slirp4netns", "slirp4netns", "libslirp0");
        Assert.SkipWhen(slirp is null, "slirp4netns cannot be had.");
        var root = Path.Combine(engine.Folder, "buildkit");
        await CommandRunner.RunAsync(new Command("bash", "-c", Script, "bash", root, Path.Combine(engine.Folder, "programs"), slirp), cancellationToken: cancellationToken);
        await engine.DockerAsync(cancellationToken, "import", "--change", """ENTRYPOINT ["/usr/bin/buildkitd"]""", $"{root}.tar", "moby/buildkit:buildx-stable-1");
    }
}
