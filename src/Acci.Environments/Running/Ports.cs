using System.Net;
using System.Net.Sockets;

namespace Acci.Environments.Running;

/// <summary>Whether the host's ports that an environment needs are free.</summary>
internal static class Ports
{
    /// <summary>Makes sure that they are, but for those the environment holds itself.</summary>
    /// <exception cref="DeliveryException">One is taken; the message names it and its variable.</exception>
    public static void EnsureFree(DeploymentSettings deployment, IEnumerable<Container> running)
    {
        var own = running.Where(x => x.Status == "running").SelectMany(x => x.Addresses).Select(x => int.Parse(x.Address.Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
        var app = Enumerable.Range(deployment.Ports.First, deployment.Ports.Count).ToArray();
        var taken = app.Where(port => !IsFree(port)).ToArray();
        if (app.Length - taken.Length < deployment.Replicas) throw Taken(taken, DeploymentSetting.Ports);
        if (deployment.DatabasePort is { } database && !IsFree(database)) throw Taken([database], DeploymentSetting.DatabasePort);
        if (deployment.RedisPort is { } redis && !IsFree(redis)) throw Taken([redis], DeploymentSetting.RedisPort);

        bool IsFree(int port) => own.Contains(port) || CanListen(new IPEndPoint(deployment.BindAddress, port));

        DeliveryException Taken(int[] ports, DeploymentSetting setting) => new(
            $"{(ports.Length == 1 ? "Port" : "Ports")} {string.Join(", ", ports)} of {deployment.BindAddress} cannot be used ({setting}): another program listens there. Stop it, or set {setting.Variable} to {(setting == DeploymentSetting.Ports && deployment.Replicas > 1 ? $"{deployment.Replicas} free ones in a row" : "a free one")}. Nothing was started.");
    }

    /// <summary>Makes sure that a port of all of this machine's addresses is free, as a swarm opens it.</summary>
    /// <exception cref="DeliveryException">It is taken.</exception>
    public static void EnsureFree(int port)
    {
        if (!CanListen(new IPEndPoint(IPAddress.Any, port)))
            throw new DeliveryException($"Port {port} of this machine cannot be used ({DeploymentSetting.Ports}): another program listens there. Stop it, or set {DeploymentSetting.Ports.Variable} to a free one. Nothing was deployed.");
    }

    private static bool CanListen(IPEndPoint address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            socket.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
