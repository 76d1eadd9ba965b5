namespace Acci.Components.Tests.Secrets;

/// <summary>Programs that take the place of docker, cosign, Trivy and git: each writes down what it was started with, and answers as much as a publish needs.</summary>
internal sealed class Recorders
{
    private readonly string _folder;

    /// <param name="folder">Where they lie.</param>
    /// <param name="layout">What docker builds.</param>
    /// <param name="report">What Trivy finds.</param>
    public Recorders(string folder, string layout, string report)
    {
        _folder = folder;
        Directory.CreateDirectory(Records);
        var git = Acci.Delivery.Processes.Executables.Find("git");
        Write("git", $"exec {git} \"$@\"");
        Write("trivy", $$"""
            [ "$1" = --version ] && { echo 'Version: 0.70.0'; exit 0; }
            while [ $# -gt 0 ]; do [ "$1" = --output ] && cp '{{report}}' "$2"; shift; done
            """);
        Write("cosign", "[ \"$1\" = public-key ] && printf -- '-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----\\n'\nexit 0");
        Write("docker", $$"""
            case "$*" in
                *"buildx bake"*)
                    folder=
                    for word; do case $word in app.output=*) folder=${word#*dest=} ;; esac; done
                    # By hand, the file alone says where it goes, and what is there is replaced.
                    [ -n "$folder" ] || { folder=$(grep -o 'dest=[^,"]*' artifacts/docker-bake.json); folder=${folder#dest=}; rm -r "$folder"; }
                    cp -r '{{layout}}' "${folder%%,*}" ;;
                *"{{"{{"}}.Server.Version{{"}}"}}"*) echo 28.0.0 ;;
                *Swarm*) echo inactive false 0 ;;
                *"buildx inspect"*) printf 'Driver: docker-container\nPlatforms: linux/amd64\n' ;;
                *inspect*) echo unix:///var/run/docker.sock ;;
            esac
            """);
    }

    /// <summary>The folder of the programs, which comes first on the PATH.</summary>
    public string Programs => Path.Combine(_folder, "programs");

    private string Records => Path.Combine(_folder, "records");

    /// <summary>What was started so far: the program's name and arguments, and all that it got.</summary>
    public IReadOnlyList<(string Program, string Arguments, string Environment)> Started =>
    [
        .. Directory.EnumerateFiles(Records, "*.arguments").Select(x => (Path.GetFileName(x).Split('.')[0], File.ReadAllText(x), File.ReadAllText(Path.ChangeExtension(x, ".environment")))),
    ];

    private void Write(string name, string answer)
    {
        Directory.CreateDirectory(Programs);
        var program = Path.Combine(Programs, name);
        File.WriteAllText(program, $"""
            #!/bin/sh
            env > '{Records}/{name}.'$$.environment
            printf '%s\n' "$@" > '{Records}/{name}.'$$.arguments
            {answer}
            """.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
