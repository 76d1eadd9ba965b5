using System.Globalization;
using System.Runtime.InteropServices;
using Acci.Sigstore.StandIn;

// dotnet run -- FOLDER [PORT]
if (args.Length is 0 or > 2)
{
    Console.Error.WriteLine("error: name a folder for keys and the files that clients are given, and a port if it matters: FOLDER [PORT].");
    return 2;
}

await using var sigstore = await SigstoreStandIn.StartAsync(args[0], args.Length == 2 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 0);
WriteVariables("job.env", sigstore.JobVariables());
WriteVariables("tuf.env", sigstore.TrustVariables);
Console.WriteLine($"A stand-in for Sigstore, not Sigstore, at {sigstore.Address}: . {args[0]}/job.env; . {args[0]}/tuf.env");

var end = new TaskCompletionSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
for (var shown = 0; !end.Task.IsCompleted; await Task.WhenAny(end.Task, Task.Delay(200)))
{
    foreach (var request in sigstore.Requests.Skip(shown)) Console.WriteLine(request);
    shown = sigstore.Requests.Count;
}

return 0;

void WriteVariables(string file, IReadOnlyDictionary<string, string> variables) =>
    File.WriteAllLines(Path.Combine(args[0], file), variables.Select(x => $"export {x.Key}='{x.Value}'"));

void End(PosixSignalContext signal)
{
    signal.Cancel = true;
    end.TrySetResult();
}
