using Acci.Delivery;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Delivery.Versioning;
using Nuke.Common;

namespace Acci.Components;

/// <summary>A build as a program: what happens before NUKE is touched, and the exit code.</summary>
internal static class BuildProcess
{
    private const int WrongUse = 2;
    private const int MaximumFileSize = 4 * 1024 * 1024;

    /// <summary>Standard output below the mask, for what tells the runner of a secret.</summary>
    public static TextWriter Unredacted { get; } = new DurableWriter(Console.Out, "standard output");

    /// <summary>Checks what the build is started with, runs it, and returns the exit code.</summary>
    /// <param name="build">The class of the build.</param>
    /// <param name="execute">Runs it on the engine and returns the engine's exit code.</param>
    public static int Run(Type build, Func<int> execute)
    {
        ConsoleColors.TellEngine();
        Console.SetOut(new RedactedWriter(Unredacted));
        Console.SetError(new RedactedWriter(new DurableWriter(Console.Error, "standard error")));
        LoginInAddress.MaskAll(Environment.GetCommandLineArgs().Skip(1).Concat(Proxies()));
        ProcessEnvironment.DropEmptyHome();
        GitVariables.Drop();
        // NUKE would write into the build's project file that it has said what it sends, and the working tree would differ from its commit.
        Environment.SetEnvironmentVariable("NUKE_TELEMETRY_OPTOUT", "1");
        if (Problem(build, out var root) is { } problem) return Refuse(problem);

        // Who only asks what there is to do needs no log.
        if (BuildLog.Begin(root) is { } unwritable && !IsQuestion()) return Refuse(unwritable);
        Interruption.Listen();
        try
        {
            var exitCode = execute();
            return Interruption.ExitCode ?? (FailureSink.IsWrongUse ? WrongUse : exitCode);
        }
        catch (TypeInitializationException exception) when (exception.TypeName == typeof(NukeBuild).FullName)
        {
            // NUKE makes .nuke/temp when it is first touched.
            return Refuse($"the build cannot start in {root}: {exception.GetBaseException().Message}");
        }
        finally
        {
            BuildLog.Opened();
        }
    }

    // Their addresses may have a login without a scheme before it.
    private static IEnumerable<string> Proxies() =>
        ForeignVariables.Current().Where(x => x.Key.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase)).Select(x => x.Value);

    private static bool IsQuestion() =>
        TypedArguments.Read(Environment.GetCommandLineArgs().Skip(1)) is var typed && (typed.ValuesOf("Help") ?? typed.ValuesOf("Plan")) is not null;

    /// <summary>Says what is wrong with the way the build was started.</summary>
    /// <returns>The exit code for it.</returns>
    public static int Refuse(string problem)
    {
        Say("error", problem);
        return WrongUse;
    }

    private static void Warn(string warning) => Say("warning", warning);

    // Nothing is wrong, so it goes with what the build says.
    private static void Note(string note) => Say("notice", note, Console.Out);

    // On GitHub an annotation of the run; the runner shows the kind before the text itself. NUKE's own host is not asked: it would start NUKE.
    private static void Say(string kind, string text, TextWriter? writer = null) => (writer ?? Console.Error).WriteLine(
        ForeignVariables.Current().GetValueOrDefault("GITHUB_ACTIONS") == "true" ? WorkflowCommand.Of(kind, text) : $"{kind}: {SafeText.Lines(text)}");

    private static string? Problem(Type build, out string root)
    {
        root = "";
        // Whatever first needs it would make it, wherever it is.
        if (Path.GetTempPath() is var temporary && !Directory.Exists(temporary))
            return $"The folder for temporary files, {temporary} ({(OperatingSystem.IsWindows() ? "TMP" : "TMPDIR")}), does not exist: make it, or name one that does.";
        var parameters = Parameters.Of(build);
        var (check, former) = (new ParameterCheck(parameters, TargetNames.Of(build)), new FormerNames(parameters));
        // The program's own name comes first.
        string[] line = [.. Environment.GetCommandLineArgs().Skip(1)];
        var arguments = TypedArguments.Read(former.Renamed(line));
        foreach (var warning in former.Warnings(line)) Warn(warning);
        if (check.OfCommandLine(arguments).FirstOrDefault() is { } typed) return typed;

        ForeignVariables.Hide(parameters, former, Note);
        if (former.RenameVariables(Warn) is { } twice) return twice;
        var variables = ForeignVariables.Current();
        if (check.OfEnvironment(variables).FirstOrDefault() is { } set) return set;

        var (found, missing) = BuildRoot.Find(arguments, variables, Environment.CurrentDirectory);
        if (found is null) return missing;
        root = found;
        var files = ParameterFiles.Of(root, arguments, variables, out var absent);
        if (absent is not null) return absent;
        (string Name, string Text)[] texts;
        try
        {
            texts = [.. files.Select(x => (Path.GetRelativePath(found, x), InputFile.ReadText(x, MaximumFileSize)))];
        }
        catch (DeliveryException exception)
        {
            return exception.Message;
        }

        if (texts.SelectMany(x => check.OfFile(x.Name, x.Text, found)).FirstOrDefault() is { } written) return written;
        former.HandOver(line, texts, Warn);
        return null;
    }
}
