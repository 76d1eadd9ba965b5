using System.Diagnostics;
using Acci.Delivery.Caching;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Testing;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Acci.Delivery.Tests.Sessions;

/// <summary>What a build makes for itself goes with it, and where it is killed with the next one; what another build has is left alone.</summary>
[Collection(nameof(AlteredLog))]
public sealed class SessionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private CacheDirectory Cache => new(_folder.Combine("cache"));

    private string[] Journals => Directory.GetFiles(Cache.Combine("sessions"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_done_with_is_deleted_and_an_ended_session_leaves_nothing()
    {
        using (var session = new Session(Cache))
        {
            using (session.Note(Made("login"))) Assert.Single(Journals);
            var (folder, deletion) = session.TemporaryFolder();
            Assert.True(Directory.Exists(folder));
            deletion.Dispose();
            Assert.False(Directory.Exists(folder));
        }

        Assert.False(Directory.Exists(_folder.Combine("login")));
        Assert.Empty(Journals);
    }

    [Fact]
    public void A_look_begins_no_cache_and_is_noted_where_there_is_one()
    {
        using var session = new Session(Cache);
        var (unnoted, first) = session.TemporaryFolderOfLook();
        Assert.True(Directory.Exists(unnoted));
        first.Dispose();
        Assert.False(Directory.Exists(unnoted));
        Assert.False(Directory.Exists(Cache.Path));

        Directory.CreateDirectory(Cache.Combine("sessions"));
        var (noted, second) = session.TemporaryFolderOfLook();
        Assert.Single(Journals);
        second.Dispose();
        Assert.False(Directory.Exists(noted));
    }

    [Theory]
    [InlineData("mkdir FOLDER && chown 12345 FOLDER")]
    [InlineData("ln -s OTHER FOLDER")]
    [InlineData("mkdir FOLDER && chown 12345 FOLDER.lock && chmod 666 FOLDER.lock")]
    [InlineData("mkdir FOLDER && mv FOLDER.lock OTHER && ln -s OTHER/$(basename FOLDER).lock FOLDER.lock")]
    [InlineData("mkdir FOLDER && rm FOLDER.lock && mkfifo FOLDER.lock")]
    [InlineData("mkdir FOLDER && echo more > FOLDER.lock")]
    public async Task What_somebody_else_could_change_meanwhile_is_not_removed_as_a_look_s(string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root gives files away.");
        var other = Directory.CreateDirectory(Path.Combine(Cache.Path, "other")).FullName;
        var folder = NewLook();
        File.WriteAllText($"{folder}.lock", "");
        await CommandRunner.RunAsync(new Command("bash", "-c", script.Replace("FOLDER", folder, StringComparison.Ordinal).Replace("OTHER", other, StringComparison.Ordinal)), cancellationToken: Cancellation);
        try
        {
            await Session.RemoveAbandonedAsync(Cache, Cancellation);

            Assert.True(Directory.Exists(folder));
        }
        finally
        {
            File.Delete($"{folder}.lock");
            Directory.Delete(folder);
        }
    }

    [Fact]
    public async Task What_a_killed_look_left_on_a_machine_without_a_cache_is_removed_and_nothing_of_one_that_runs()
    {
        using var session = new Session(Cache);
        var (mine, deletion) = session.TemporaryFolderOfLook();
        // As it is left: the lock goes with the process.
        var left = NewLook();
        Directory.CreateDirectory(left);
        File.WriteAllText($"{left}.lock", "");

        await Session.RemoveAbandonedAsync(Cache, Cancellation);

        Assert.True(Directory.Exists(mine));
        Assert.False(Directory.Exists(left));
        Assert.False(File.Exists($"{left}.lock"));
        deletion.Dispose();
        Assert.False(Directory.Exists(mine));
        Assert.False(File.Exists($"{mine}.lock"));
    }

    [Theory]
    [InlineData("delivery-service")]
    [InlineData("delivery-0123456789abcdef-01234567")]
    [InlineData("delivery-look-0123456789abcdef-0123456")]
    [InlineData("delivery-look-0123456789abcdef-01234567x")]
    public async Task Another_program_s_folder_and_lock_are_not_taken_for_a_look_s(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), name)).FullName;
        File.WriteAllText($"{folder}.lock", "");
        try
        {
            await Session.RemoveAbandonedAsync(Cache, Cancellation);

            Assert.True(Directory.Exists(folder) && File.Exists($"{folder}.lock"));
        }
        finally
        {
            File.Delete($"{folder}.lock");
            if (Directory.Exists(folder)) Directory.Delete(folder);
        }
    }

    [Fact]
    public void In_a_folder_for_temporary_files_that_cannot_be_listed_there_is_nothing_to_remove()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Root may list every folder.");
        var folder = Made("unlisted");
        File.SetUnixFileMode(folder, UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        Assert.Empty(Session.RemoveLooks(folder));
    }

    [Fact]
    public void Where_no_temporary_folder_can_be_made_that_is_said_and_nothing_is_left_noted()
    {
        File.WriteAllText(_folder.Combine("file"), "");
        using (var session = new Session(Cache) { Temporary = _folder.Combine("file") })
        {
            foreach (var make in new Action[] { () => session.TemporaryFolder(), () => session.TemporaryFolderOfLook() })
            {
                var failure = Assert.Throws<DeliveryException>(make);
                Assert.StartsWith($"Nothing can be made in the folder for temporary files, {_folder.Combine("file")}: ", failure.Message, StringComparison.Ordinal);
            }
        }

        Assert.Empty(Journals);
    }

    [Fact]
    public async Task The_next_build_removes_what_a_killed_one_left_and_nothing_of_one_that_runs()
    {
        using var alive = new Session(Cache);
        using var mine = alive.Note(Made("mine"));
        using var killed = new Session(Cache);
        var left = killed.Note(Made("left"));
        killed.Note(Made("done-with")).Dispose();
        Directory.CreateDirectory(_folder.Combine("done-with"));

        Assert.Empty(await Session.RemoveAbandonedAsync(Cache, Cancellation));
        await KillAsync(killed);
        Assert.Equal([_folder.Combine("left")], await Session.RemoveAbandonedAsync(Cache, Cancellation));

        Assert.False(Directory.Exists(_folder.Combine("left")));
        Assert.True(Directory.Exists(_folder.Combine("mine")));
        // Made anew by somebody else under the same name.
        Assert.True(Directory.Exists(_folder.Combine("done-with")));
        Assert.Equal([alive.Id, killed.Id], new[] { alive.Id, killed.Id }.Where(id => Journals.Any(x => x.Contains(id, StringComparison.Ordinal))));
        left.Dispose();
    }

    [Fact]
    public async Task A_session_that_just_begins_is_not_taken_for_an_abandoned_one()
    {
        using var enough = new CancellationTokenSource();
        Directory.CreateDirectory(Cache.Combine("sessions"));
        var removing = Task.Run(
            async () =>
            {
                while (!enough.IsCancellationRequested) await Session.RemoveAbandonedAsync(Cache, Cancellation);
            },
            Cancellation);

        for (var turn = 0; turn < 2000; turn++)
        {
            using var session = new Session(Cache);
            using var noted = session.Note(_folder.Combine("login"));
            Assert.True(File.Exists(Cache.Combine("sessions", $"{session.Id}.journal")), $"turn {turn}");
        }

        await enough.CancelAsync();
        await removing;
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_is_asked_once_and_what_is_left_at_it_is_said()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var docker = Script("docker", $"echo \"$DOCKER_HOST\" >> {_folder.Combine("calls")}; [ \"$DOCKER_HOST\" = tcp://here ]");
        using var killed = new Session(Cache);
        foreach (var (host, label) in ((string, string)[])[("tcp://gone", "a"), ("tcp://gone", "b"), ("tcp://here", "c")])
            killed.Note(new Leftover { Label = label, Docker = docker, Environment = new Dictionary<string, string?> { ["DOCKER_HOST"] = host } });
        await KillAsync(killed);
        using var log = new AlteredLog();

        await Session.RemoveAbandonedAsync(Cache, Cancellation);

        Assert.Single(await File.ReadAllLinesAsync(_folder.Combine("calls"), Cancellation), x => x == "tcp://gone");
        Assert.Contains("tcp://here", await File.ReadAllLinesAsync(_folder.Combine("calls"), Cancellation));
        Assert.Single(log.Said, x => x.Contains("containers of a test at tcp://gone", StringComparison.Ordinal) && x.EndsWith($"delete {Journals.Single(file => file.Contains("killed-", StringComparison.Ordinal))}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_the_docker_command_of_then_is_gone_the_one_of_now_asks_the_engine(bool isThereOne)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var docker = Script("docker", $"echo \"$DOCKER_HOST $*\" >> {_folder.Combine("calls")}; case $1 in ps) echo c1 ;; esac");
        var leftover = new Leftover
        {
            Label = "org.acci.session=1", Docker = _folder.Combine("gone"), FindDocker = () => isThereOne ? docker : null,
            Environment = new Dictionary<string, string?> { ["DOCKER_HOST"] = "tcp://there" },
        };

        Assert.Equal(isThereOne ? true : null, await leftover.TryRemoveAsync(null, Cancellation));

        Assert.Equal(isThereOne, File.Exists(_folder.Combine("calls")) && (await File.ReadAllLinesAsync(_folder.Combine("calls"), Cancellation)).Contains("tcp://there rm --force --volumes c1"));
    }

    [Fact]
    public async Task Containers_are_removed_by_their_label_as_soon_as_their_engine_answers()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var docker = Script("docker", $"""
            echo "$DOCKER_HOST $*" >> {_folder.Combine("calls")}
            [ -f {_folder.Combine("answers")} ] || exit 1
            case $1 in ps) echo c1; echo c2 ;; image) echo i1 ;; esac
            """);
        using var killed = new Session(Cache);
        killed.Note(new Leftover { Label = "org.acci.session=1", Image = "smoke:1", Docker = docker, Environment = new Dictionary<string, string?> { ["DOCKER_HOST"] = "tcp://there" } });
        await KillAsync(killed);

        Assert.Empty(await Session.RemoveAbandonedAsync(Cache, Cancellation));
        await File.WriteAllTextAsync(_folder.Combine("answers"), "", Cancellation);
        Assert.Equal(["containers of a test at tcp://there"], await Session.RemoveAbandonedAsync(Cache, Cancellation));

        Assert.Equal(
            [
                "tcp://there ps --all --quiet --filter label=org.acci.session=1",
                "tcp://there ps --all --quiet --filter label=org.acci.session=1",
                "tcp://there rm --force --volumes c1 c2",
                "tcp://there image ls --quiet smoke:1",
                "tcp://there image rm --force smoke:1",
            ],
            await File.ReadAllLinesAsync(_folder.Combine("calls"), Cancellation));
    }

    [Fact]
    public async Task A_journal_that_cannot_be_opened_is_said_and_is_no_other_build_s()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        var journal = Cache.Combine("sessions", "x.journal");
        Directory.CreateDirectory(Cache.Combine("sessions"));
        File.CreateSymbolicLink(journal, journal);
        var before = Log.Logger;
        var said = new List<string>();
        Log.Logger = new LoggerConfiguration().WriteTo.Sink(new Said(said)).CreateLogger();
        try
        {
            await Session.RemoveAbandonedAsync(Cache, Cancellation);
        }
        finally
        {
            Log.Logger = before;
        }

        Assert.Contains(said, x => x.StartsWith($"{journal} cannot be opened, so what a killed build has left may stay: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_line_that_was_cut_off_is_no_leftover()
    {
        Directory.CreateDirectory(Cache.Combine("sessions"));
        var left = Made("left").Replace("\\", "\\\\", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Cache.Combine("sessions", "x.journal"), "{\"Number\":1,\"Leftover\":{\"Path\":\"" + left + "\"}}\n{\"Number\":2,\"Leftover\":{\"Path\":\"/", Cancellation);

        Assert.Single(await Session.RemoveAbandonedAsync(Cache, Cancellation));
        Assert.Empty(Journals);
    }

    [Fact]
    public async Task A_disk_that_is_full_for_a_while_costs_what_was_to_be_noted_then_and_nothing_else()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can mount a small disk.");
        await CommandRunner.RunAsync(new Command("bash", "-c", "mkdir $0 && mount -t tmpfs -o size=64k,mode=700 tmpfs $0", Cache.Path), cancellationToken: Cancellation);
        try
        {
            using var session = new Session(Cache);
            var done = session.Note(Made("done"));
            // Ten bytes before the end of a page, which is what a disk gives at once.
            var before = new FileInfo(Journals.Single()).Length;
            session.Note("");
            var after = new FileInfo(Journals.Single()).Length;
            session.Note(new string('x', (int)(4096 - 10 - after - (after - before))));
            Assert.Equal(4096 - 10, new FileInfo(Journals.Single()).Length);
            await CommandRunner.TryRunAsync(new Command("dd", "if=/dev/zero", $"of={Cache.Combine("fill")}"), cancellationToken: Cancellation);

            Assert.Null(session.TryNote(_folder.Combine(new string('y', 100))));
            done.Dispose();
            Assert.Null(session.TryNote(_folder.Combine("z")));
            File.Delete(Cache.Combine("fill"));
            session.Note(Made("left"));
            await KillAsync(session);

            Assert.Equal([_folder.Combine("left")], await Session.RemoveAbandonedAsync(Cache, Cancellation));
        }
        finally
        {
            await CommandRunner.RunAsync(new Command("umount", "--lazy", Cache.Path), cancellationToken: Cancellation);
        }
    }

    private sealed class Said(List<string> lines) : ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
            lock (lines) lines.Add(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    // As the folder of a look is named.
    private static string NewLook() => Path.Combine(Path.GetTempPath(), $"delivery-look-{Guid.NewGuid().ToString("n")[..16]}-{Guid.NewGuid().ToString("n")[..8]}");

    private string Made(string name) => Directory.CreateDirectory(_folder.Combine(name)).FullName;

    // The journal as the process leaves it, under a name of its own: this process still holds the session's.
    private async Task KillAsync(Session session)
    {
        var journal = Journals.Single(x => x.Contains(session.Id, StringComparison.Ordinal));
        using var copy = Process.Start("cp", [journal, Cache.Combine("sessions", $"killed-{session.Id[..4]}.journal")]);
        await copy.WaitForExitAsync(Cancellation);
    }

    private string Script(string name, string text)
    {
        var script = _folder.Combine(name);
        File.WriteAllText(script, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return script;
    }
}
