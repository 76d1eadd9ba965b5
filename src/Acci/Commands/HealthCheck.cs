using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Acci.Configuration;

namespace Acci.Commands;

/// <summary>
/// <c>acci healthcheck</c>: asks the process that listens on this machine's port, as a container's health check does. A distroless image
/// has no other program that could.
/// </summary>
internal static class HealthCheck
{
    /// <summary>Under the 2 seconds promised to the caller, who counts from the start of this process.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.8);

    /// <summary>What is beyond it is neither read nor shown: the status alone says whether the app is well.</summary>
    private const int LargestAnswer = 1024 * 1024;

    /// <param name="path">The health endpoint to ask.</param>
    internal static async Task<int> RunAsync(string path)
    {
        var port = SettingsSources.Read().Server.BackendPort;
        using var self = Process.GetCurrentProcess();
        var left = Patience - (DateTime.Now - self.StartTime);
        using var deadline = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        // Neither a proxy from the environment nor a redirect may answer in the app's place.
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler);
        try
        {
            using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}{path}"), HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            await using var body = await response.Content.ReadAsStreamAsync(deadline.Token);
            var answer = new byte[LargestAnswer];
            var length = await body.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, deadline.Token);
            Console.WriteLine(Encoding.UTF8.GetString(answer, 0, length));
            return response.StatusCode == HttpStatusCode.OK ? 0 : 1;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"{AppSettings.AppName}: no answer on port {port} within {Patience.TotalSeconds} s.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            var refused = exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
            await Console.Error.WriteLineAsync($"{AppSettings.AppName}: no answer on port {port}: {(refused ? "nothing listens there" : exception.Message)}.");
        }
        return 1;
    }
}
