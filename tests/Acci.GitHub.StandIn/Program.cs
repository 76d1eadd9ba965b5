using System.Globalization;
using System.Runtime.InteropServices;
using Acci.GitHub.StandIn;

// dotnet run -- [--port N] [--repository owner/name] [--ref refs/tags/v1.2.3=<commit>]
var port = 0;
var repository = "octo-org/octo-repo";
var refs = new Dictionary<string, string>();
for (var i = 0; i + 1 < args.Length; i += 2)
{
    switch (args[i])
    {
        case "--port":
            port = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
            break;
        case "--repository":
            repository = args[i + 1];
            break;
        case "--ref" when args[i + 1].Split('=') is [var name, var commit]:
            refs[name] = commit;
            break;
        default:
            Console.Error.WriteLine($"error: there is no option '{args[i]} {args[i + 1]}'; there are --port N, --repository owner/name, --ref refs/tags/v1.2.3=<commit>.");
            return 2;
    }
}

await using var gitHub = await GitHubStandIn.StartAsync(port);
foreach (var (name, commit) in refs) gitHub.AddRepository(repository).Refs[name] = commit;
gitHub.AddRepository(repository);
Console.WriteLine($"A stand-in for GitHub's API, not GitHub, with the repository {repository}: GITHUB_API_URL={gitHub.Url}");

var end = new TaskCompletionSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
var (requests, violations) = (0, 0);
do
{
    await Task.WhenAny(end.Task, Task.Delay(200));
    foreach (var request in gitHub.Requests.Skip(requests)) Console.WriteLine($"{request.Operation,-60} {request}");
    foreach (var violation in gitHub.Violations.Skip(violations)) Console.WriteLine($"not as GitHub describes it: {violation}");
    (requests, violations) = (gitHub.Requests.Count, gitHub.Violations.Count);
}
while (!end.Task.IsCompleted);
return violations == 0 ? 0 : 1;

void End(PosixSignalContext signal)
{
    signal.Cancel = true;
    end.TrySetResult();
}
