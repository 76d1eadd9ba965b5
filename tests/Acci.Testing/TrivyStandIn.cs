using System.Text.Json;
using Acci.Delivery.Scanning;
using Acci.Oci.Retries;

namespace Acci.Testing;

/// <summary>
/// A stand-in for Trivy, not Trivy: a program that takes Trivy's command line as it is documented, refuses what it does not know, and answers with reports that were
/// laid ready for it, or with the packages of applications that are listed in
/// the image. It keeps each command line it was given, and what it found around it: variables, its folder, docker's login.
/// </summary>
public sealed class TrivyStandIn
{
    private const string PackagesOfImage = "the packages that lie in the image";
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _folder;

    /// <param name="folder">Where it lies.</param>
    /// <param name="version">What it says its version is.</param>
    /// <param name="remark">Text in the file itself, as a linker would leave it there.</param>
    public TrivyStandIn(string folder, string version = "0.70.0", string remark = "")
    {
        _folder = folder;
        Directory.CreateDirectory(Path.Combine(folder, "reports"));
        File.WriteAllText(Program, $$"""
            #!/bin/sh
            # A stand-in for Trivy, for tests. {{remark}}
            here=$(dirname "$0")
            echo "$@" >> "$here/calls"
            [ "$1" = --version ] && { echo "Version: {{version}}"; exit 0; }
            [ "$1" = image ] || { echo "FATAL	unknown command \"$1\" for \"trivy\"" >&2; exit 1; }
            shift
            env | grep ^TRIVY_ | sort > "$here/environment"
            pwd > "$here/folder"
            rm -f "$here/login"
            [ -n "$DOCKER_CONFIG" ] && cp "$DOCKER_CONFIG/config.json" "$here/login"
            input= output= target= skip= severity=$TRIVY_SEVERITY
            while [ $# -gt 0 ]; do
                case "$1" in
                    --input) input=$2; shift ;;
                    --output) output=$2; shift ;;
                    --skip-db-update) skip=1 ;;
                    --severity) severity=$2; shift ;;
                    --format|--scanners|--exit-code|--timeout|--db-repository|--java-db-repository|--cache-dir|--image-src) shift ;;
                    --list-all-pkgs|--no-progress|--offline-scan|--skip-java-db-update) ;;
                    -*) echo "FATAL	Fatal error	unknown flag: $1" >&2; exit 1 ;;
                    *) target=$1 ;;
                esac
                shift
            done
            if [ -z "$skip" ] && [ -s "$here/database-fault" ]; then cat "$here/database-fault" >&2; exit 1; fi
            if [ -s "$here/fault" ]; then cat "$here/fault" >&2; exit 1; fi
            if [ -n "$input" ]; then
                [ -f "$input/index.json" ] || { echo "FATAL	Fatal error	image scan error: unable to open $input as a Docker image" >&2; exit 1; }
                name=$(sed -n 's/.*"architecture": *"\([^"]*\)".*/\1/p' "$input/index.json" | head -n 1)
            else
                name=$(printf %s "$target" | sed 's/.*sha256://')
            fi
            report="$here/reports/$name.json"
            [ -f "$report" ] || report="$here/reports/any.json"
            # What Trivy would leave out is left out altogether.
            case ",$severity," in *,LOW,*) ;; *) report="$here/reports/nothing.json" ;; esac
            [ -n "$TRIVY_IGNORE_UNFIXED$TRIVY_SKIP_DIRS$TRIVY_IGNORE_STATUS" ] && report="$here/reports/nothing.json"
            [ -f .trivyignore ] && report="$here/reports/nothing.json"
            # Of an application it sees what Trivy reads of one: the lists of packages that lie in the image.
            packages=$(grep -q '"{{PackagesOfImage}}"' "$report" && for blob in "$input"/blobs/sha256/*; do tar -xzOf "$blob" --wildcards '*.deps.json' 2> /dev/null; done |
                grep -o '"[^"/ ]*/[0-9][^"/]*": *{' | sort -u | sed 's|"\([^/]*\)/\([^"]*\)".*|{"Name":"\1","Version":"\2"}|' | paste -sd, -)
            sed "s|\"{{PackagesOfImage}}\"|$packages|" "$report" > "$output"
            """.ReplaceLineEndings("\n"));
        File.SetUnixFileMode(Program, Executable);
        AnswerWith([]);
        AnswerWith([], "nothing");
    }

    /// <summary>The program.</summary>
    public string Program => Path.Combine(_folder, "trivy");

    /// <summary>The command lines so far, but those that only asked for the version.</summary>
    public IReadOnlyList<string> Scans => File.Exists(Path.Combine(_folder, "calls")) ? [.. File.ReadAllLines(Path.Combine(_folder, "calls")).Where(x => x != "--version")] : [];

    /// <summary>The variables of Trivy's that the last scan was started with.</summary>
    public IReadOnlyList<string> Variables => File.ReadAllLines(Path.Combine(_folder, "environment"));

    /// <summary>Where the last scan was started.</summary>
    public string WorkingFolder => File.ReadAllText(Path.Combine(_folder, "folder")).TrimEnd('\n');

    /// <summary>The configuration of docker's that the last scan was started with; null when it had none of its own.</summary>
    public string? Login => File.Exists(Path.Combine(_folder, "login")) ? File.ReadAllText(Path.Combine(_folder, "login")) : null;

    /// <summary>It was started at all.</summary>
    public bool WasStarted => File.Exists(Path.Combine(_folder, "calls"));

    /// <summary>The scanner over this program, in a hurry.</summary>
    public Trivy Scanner(string cache) => new(new TrivyProgram.Installed(Program), cache) { Retry = new RetryOptions { Budget = TimeSpan.FromMilliseconds(300), FirstDelay = TimeSpan.FromMilliseconds(20) } };

    /// <summary>What is found, on an architecture or anywhere.</summary>
    public void AnswerWith(IEnumerable<object> vulnerabilities, string architecture = "any", IEnumerable<object>? secrets = null) =>
        AnswerWith(Report(vulnerabilities, secrets), architecture);

    public void AnswerWith(string report, string name = "any") => File.WriteAllText(Path.Combine(_folder, "reports", $"{name}.json"), report);

    /// <summary>The database cannot be had from now on; empty text ends that.</summary>
    public void FailDatabase(string message) => File.WriteAllText(Path.Combine(_folder, "database-fault"), message);

    /// <summary>Every scan fails.</summary>
    public void Fail(string message) => File.WriteAllText(Path.Combine(_folder, "fault"), message);

    /// <summary>A report as Trivy writes it.</summary>
    /// <param name="vulnerabilities">What is found.</param>
    /// <param name="secrets">Secrets that are found.</param>
    /// <param name="system">The operating system.</param>
    /// <param name="packages">How many packages that has.</param>
    /// <param name="applicationPackages">How many packages the application has; null for those that are listed in the image.</param>
    public static string Report(IEnumerable<object> vulnerabilities, IEnumerable<object>? secrets = null, object? system = null, int packages = 3, int? applicationPackages = 2) => JsonSerializer.Serialize(new
    {
        SchemaVersion = 2,
        ArtifactName = "stand-in",
        ArtifactType = "container_image",
        Metadata = new { OS = system ?? new { Family = "debian", Name = "13.1" }, ImageConfig = new { architecture = "amd64", os = "linux" } },
        Results = new object[]
        {
            new { Target = "stand-in (debian 13.1)", Class = "os-pkgs", Type = "debian", Packages = Enumerable.Range(0, packages).Select(x => new { Name = $"package{x}", Version = "1" }), Vulnerabilities = vulnerabilities.Where(x => !IsOfLanguage(x)) },
            new { Target = "app/acci.deps.json", Class = "lang-pkgs", Type = "dotnet-core", Packages = applicationPackages is { } count ? Enumerable.Range(0, count).Select(x => (object)new { Name = $"Library{x}", Version = "1" }) : [PackagesOfImage], Vulnerabilities = vulnerabilities.Where(IsOfLanguage) },
            new { Target = "/app/settings.json", Class = "secret", Secrets = secrets ?? [] },
        },
    });

    /// <summary>A vulnerability as Trivy writes it.</summary>
    public static object Vulnerability(
        string id, string severity, string package = "openssl", string installed = "3.0.15-1", string fix = "3.0.17-1", string title = "a flaw", string type = "deb", double score = 0, string? url = null) => new
    {
        VulnerabilityID = id,
        PkgID = $"{package}@{installed}",
        PkgName = package,
        PkgIdentifier = new { PURL = type == "deb" ? $"pkg:deb/debian/{package}@{installed}?arch=amd64&distro=debian-13.1" : $"pkg:{type}/{package}@{installed}" },
        InstalledVersion = installed,
        FixedVersion = fix,
        Status = fix.Length > 0 ? "fixed" : "affected",
        SeveritySource = "nvd",
        PrimaryURL = url ?? $"https://avd.aquasec.com/nvd/{id.ToLowerInvariant()}",
        Title = title,
        Description = $"{title}, described at length.",
        Severity = severity,
        CVSS = new { nvd = new { V3Score = score } },
    };

    /// <summary>What such a vulnerability is once it was read.</summary>
    public static IReadOnlyList<ScanFinding> Findings(string folder, params object[] vulnerabilities)
    {
        var file = Path.Combine(folder, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(file, Report(vulnerabilities));
        return [.. TrivyReport.Read(file).Findings()];
    }

    private static bool IsOfLanguage(object vulnerability) => JsonSerializer.Serialize(vulnerability).Contains("pkg:nuget", StringComparison.Ordinal);
}
