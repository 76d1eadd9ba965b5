using System.Net;
using System.Net.Sockets;
using Acci.Environments.Specification;

namespace Acci.Environments.Running;

/// <summary>Whether the host's ports that an environment needs are free.</summary>
internal static class Ports
{
    /// <summary>Makes sure that they are, but for those the environment holds itself.</summary>
    /// <exception cref="DeliveryException">One is taken; the message names it and its variable.</exception>
    public static void EnsureFree(IEnumerable<PublishedPort> published, IEnumerable<Container> running)
    {
        var own = running.Where(x => x.Status == "running").SelectMany(x => x.Addresses).Select(x => int.Parse(x.Port, System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
        foreach (var port in published)
        {
            var taken = Enumerable.Range(port.Ports.First, port.Ports.Count).Where(x => !own.Contains(x) && !CanListen(new IPEndPoint(port.Address, x))).ToArray();
            if (port.Ports.Count - taken.Length < port.Replicas)
                throw new DeliveryException($"{(taken.Length == 1 ? "Port" : "Ports")} {string.Join(", ", taken)} of {port.Address} cannot be used ({port.Title}): another program listens there. Stop it, or {Remedy(port)} to {(port.Replicas > 1 ? $"{port.Replicas} free ones in a row" : "a free one")}. Nothing was started.");
        }
    }

    /// <summary>Makes sure that the first port of each is free on all of this machine's addresses, as a swarm opens it.</summary>
    /// <exception cref="DeliveryException">One is taken.</exception>
    public static void EnsureFreeForSwarm(IEnumerable<PublishedPort> published)
    {
        if (published.FirstOrDefault(x => !CanListen(new IPEndPoint(IPAddress.Any, x.Ports.First))) is { } port)
            throw new DeliveryException($"Port {port.Ports.First} of this machine cannot be used ({port.Title}): another program listens there. Stop it, or {Remedy(port)} to a free one. Nothing was deployed.");
    }

    private static string Remedy(PublishedPort port) => port.Variable is { } variable ? $"set {variable.Name}" : $"change the declaration of {port.Service}";

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
