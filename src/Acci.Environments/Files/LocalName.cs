using Acci.Delivery.Processes;
using Acci.Environments.Declarations;

namespace Acci.Environments.Files;

/// <summary>
/// What an environment of this checkout is called on its machine: its containers, networks and volumes, and its user secrets. Nothing but the folder tells two checkouts
/// of one user apart, be they two repositories or one repository twice; but data have to stay with a checkout that is moved. So the folder and the user give the name once,
/// and <c>ComposeUp</c> writes it into the environment's variables.
/// </summary>
internal static class LocalName
{
    /// <summary>The variable that holds it; docker compose goes by it, too.</summary>
    public const string Variable = "COMPOSE_PROJECT_NAME";

    private const int HashLength = 6;

    /// <summary>The first line of the variables that were written for an environment.</summary>
    public static string Heading(string environment) => $"What environment '{environment}' is told on this machine.";

    /// <summary>The name.</summary>
    public static string Of(string root, EnvironmentDeclaration declaration, string environment)
    {
        var name = declaration.ProjectOf(environment);
        return Typed(root, declaration, environment) ?? (IsOfBefore(root, declaration, environment) ? name : $"{name}-{HashOf(root)}");
    }

    /// <summary>The name in the environment's variables; null where they have none.</summary>
    public static string? Typed(string root, EnvironmentDeclaration declaration, string environment) =>
        EnvironmentFile.Find(Path.Combine(root, declaration.VariablesFileOf(environment)), Variable);

    /// <summary>
    /// The id under which <c>dotnet user-secrets</c> keeps a person's own values. Another name, a person's own or a stack's, leaves it as it is.
    /// </summary>
    public static string UserSecretsId(string root, EnvironmentDeclaration declaration, string environment)
    {
        var name = declaration.ProjectOf(environment);
        var typed = Typed(root, declaration, environment);
        return typed is not null && IsMade(declaration, environment, typed) ? typed
            : typed is null && IsOfBefore(root, declaration, environment) ? name
            : $"{name}-{HashOf(root)}";
    }

    /// <summary>The text of an environment's variables with the name in it, so that the environment keeps it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isKept">Nothing needs to be written: the text has a name, or stands for one.</param>
    /// <param name="name">The name.</param>
    /// <param name="root">The checkout's root, by which a copy of it is told from one that was moved; null where that is not said.</param>
    public static string Kept(string text, bool isKept, string name, string? root = null)
    {
        if (isKept) return text;
        return $"{text}\n# What this checkout's containers and volumes are called: another checkout has another name, and this one keeps it when it is moved.\n"
            + $"{(root is null ? "" : CheckoutOrigin.Line(root))}{EnvironmentFile.Line(Variable, name)}\n";
    }

    /// <summary>Makes sure that the environment's variables were not copied from a checkout that still uses the name in them: both would share containers and data.</summary>
    /// <exception cref="DeliveryException">They were, or it cannot be told.</exception>
    public static void EnsureIsNoCopy(string root, EnvironmentDeclaration declaration, string environment)
    {
        if (Typed(root, declaration, environment) is not { } name || !IsMade(declaration, environment, name)) return;
        var file = declaration.VariablesFileOf(environment);
        if (CheckoutOrigin.Find(Path.Combine(root, file)) is not { } origin || HashOf(origin) == HashOf(root)) return;
        var there = Path.Combine(origin, file);
        var isThere = CheckoutOrigin.IsThere(there);
        if (isThere is false || CheckoutOrigin.IsSame(Path.Combine(root, file), there)) return;
        var remedy = $"Set {EnvironmentFile.Line(Variable, $"{declaration.ProjectOf(environment)}-{HashOf(root)}")} in {file} of this checkout.";
        var (used, problem) = isThere is null ? (null, $"this user may not look at {there}.") : NameIn(there);
        if (problem is not null)
        {
            throw new DeliveryException(
                $"{file} was made for the checkout in {origin}. If that one still has the name {name}, both would share containers and data, "
                + $"and this is not known: {problem} {remedy}");
        }

        if (used != name) return;
        throw new DeliveryException(
            $"{file} was copied from the checkout in {origin}, which has the same {Variable}, {name}: both would share containers and data. {remedy}");
    }

    private static (string? Name, string? Problem) NameIn(string file)
    {
        try
        {
            return (EnvironmentFile.Find(file, Variable), null);
        }
        catch (DeliveryException exception)
        {
            return (null, exception.Message);
        }
    }

    /// <summary>Whether it was made for a checkout; any other one is a person's own, or a stack's.</summary>
    public static bool IsMade(EnvironmentDeclaration declaration, string environment, string name) =>
        name.StartsWith($"{declaration.ProjectOf(environment)}-", StringComparison.Ordinal)
        && name[(declaration.ProjectOf(environment).Length + 1)..] is { Length: HashLength } hash && hash.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether the environment's variables give its name already.</summary>
    public static bool IsKept(string root, EnvironmentDeclaration declaration, string environment) =>
        Typed(root, declaration, environment) is not null || IsOfBefore(root, declaration, environment);

    // Written without a name, by a version that knew none: what is up, and its data, have the bare name.
    private static bool IsOfBefore(string root, EnvironmentDeclaration declaration, string environment)
    {
        var file = Path.Combine(root, declaration.VariablesFileOf(environment));
        return File.Exists(file) && InputFile.ReadText(file, EnvironmentFile.MaximumSize).Split('\n').Any(line => line.StartsWith($"# {Heading(environment)}", StringComparison.Ordinal));
    }

    /// <summary>What tells this checkout from others of this machine.</summary>
    public static string HashOf(string root)
    {
        // A folder that is reached by a link is the same one.
        var folder = RealPath.Of(root);
        if (OperatingSystem.IsWindows()) folder = folder.ToUpperInvariant();
        return MachineUser.Current.HashOfFolder(folder, HashLength);
    }
}
