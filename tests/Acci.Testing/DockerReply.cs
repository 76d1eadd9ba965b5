namespace Acci.Testing;

/// <summary>Answers of stand-ins for docker, as lines of a shell script's <c>case "$*"</c>.</summary>
public static class DockerReply
{
    /// <summary>The engine reaches this machine's loopback: it asks the registry there that it is told to pull from.</summary>
    public const string PullsFromLoopback =
        """
        "pull --quiet 127.0.0.1:"*) exec bash -c 'at=${0#*:}; exec 3<>"/dev/tcp/127.0.0.1/${at%%/*}"; name=${at#*/}; printf "HEAD /v2/%s/manifests/none HTTP/1.1\r\nHost: x\r\n\r\n" "${name%:*}" >&3; cat <&3 >/dev/null; exit 1' "$3" ;;
        """;
}
