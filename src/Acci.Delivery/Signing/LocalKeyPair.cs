using System.Security.Cryptography;
using Acci.Delivery.Caching;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Generation;
using Serilog;

namespace Acci.Delivery.Signing;

/// <summary>
/// The key pair this machine signs with when no other is named: made on first use, outside every repository, readable by its owner alone.
/// </summary>
public static class LocalKeyPair
{
    private const string Harm = "sign with another key than yours";
    private const string Remedy = "name a key with --signing-key";

    private const string PrivateKeyFile = "cosign.key";
    private const string PasswordFile = "cosign.password";

    /// <summary>Whether the folder has a key.</summary>
    internal static bool IsIn(string directory) => InputFile.Exists(Path.Combine(directory, PrivateKeyFile));

    /// <summary>Whether the password of a key in a file lies beside it, and was not given.</summary>
    internal static bool HasPasswordOf(string key) => InputFile.Exists(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(key))!, PasswordFile));

    /// <summary>Makes sure that this folder's key can sign, or that one can be made there, as far as that is known without trying; nothing is made.</summary>
    /// <exception cref="DeliveryException">Somebody else can write the folder, or the key is there and its password is not.</exception>
    internal static void Look(string directory)
    {
        LookAtFolder(directory);
        if (IsIn(directory)) EnsureHasPassword(directory);
    }

    /// <summary>Makes sure that the folder's key, if it has one, is one of cosign's, as far as can be known without cosign.</summary>
    /// <exception cref="DeliveryException">It is none.</exception>
    internal static void LookAtKey(string directory)
    {
        if (!IsIn(directory)) return;
        try
        {
            new SigningIdentity.Key(Path.Combine(directory, PrivateKeyFile), null).EnsureMayBeKey("The signing key of this machine");
        }
        catch (WrongUseException exception)
        {
            throw new DeliveryException($"{exception.Message} If there is no backup of it, move the file away: a new pair is then made.", exception);
        }
    }

    /// <summary>Makes sure that nobody else can put another key in the place of one that was named.</summary>
    /// <param name="file">The key's file.</param>
    /// <exception cref="DeliveryException">Somebody else can.</exception>
    // GitLab's runner writes such a file with the mode 0666, into a folder with 0777. Source: gitlab-runner, shells/bash.go, Variable.
    internal static void LookAtFile(string file) => OwnFolder.LookAtFile(
        file, "signing key", Harm, "name another key with --signing-key. In GitLab CI use a variable of the type Variable, not File, and its name: --signing-key env://COSIGN_KEY");

    private static void LookAtFolder(string directory) => OwnFolder.Look(directory, "folder of the signing key", Harm, Remedy);

    /// <summary>The key in this folder, made first if the folder has none.</summary>
    /// <exception cref="DeliveryException">The key is there, its password is not.</exception>
    public static async Task<SigningIdentity.Key> EnsureAsync(string directory, string cosign, CancellationToken cancellationToken)
    {
        var key = Path.Combine(directory, PrivateKeyFile);
        var password = Path.Combine(directory, PasswordFile);
        Look(directory);
        if (!InputFile.Exists(key))
        {
            // Of two first publishes one makes the pair, and the other one takes it.
            CacheDirectory.CreatePrivate(directory);
            using var alone = await CheckoutLock.TakeAsync(Path.Combine(directory, ".lock"), cancellationToken, "Another build makes the signing key");
            // Until it was there, somebody else may have made it.
            LookAtFolder(directory);
            MakePrivate(alone.File);
            if (!InputFile.Exists(key)) await MakeAsync(directory, cosign, cancellationToken);
        }

        EnsureHasPassword(directory);
        var secret = InputFile.ReadText(password, 64 * 1024).Trim();
        Redaction.Register(secret);
        return new SigningIdentity.Key(key, secret);
    }

    private static void EnsureHasPassword(string directory)
    {
        if (InputFile.Exists(Path.Combine(directory, PasswordFile))) return;
        throw new DeliveryException(
            $"{Path.Combine(directory, PrivateKeyFile)} has no password beside it ({PasswordFile}). Put it back, or move the key away: a new pair is then made.");
    }

    // cosign writes into its working directory; the pair appears under its final names only when it is complete.
    private static async Task MakeAsync(string directory, string cosign, CancellationToken cancellationToken)
    {
        var work = Path.Combine(directory, $".new-{Guid.NewGuid():N}");
        // The password lies in it.
        using (Session.Current.Note(work))
        {
            CacheDirectory.CreatePrivate(work);
            var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
            Redaction.Register(password);
            var variables = ToolVariables.Cosign.With(KeyValuePair.Create("COSIGN_PASSWORD", (string?)password));
            var make = new Command(cosign, "generate-key-pair") { WorkingDirectory = work, Environment = variables };
            await CommandRunner.RunAsync(make, cancellationToken: cancellationToken);
            AtomicFile.Write(Path.Combine(work, PasswordFile), password, AtomicFile.OwnerOnly);
            foreach (var file in (string[])[PasswordFile, "cosign.pub", PrivateKeyFile])
            {
                MakePrivate(Path.Combine(work, file));
                AtomicFile.Put(Path.Combine(work, file), Path.Combine(directory, file));
            }

            Log.Information("Made a signing key pair in {Directory}; back it up if others are to trust it", directory);
        }
    }

    private static void MakePrivate(string file)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, AtomicFile.OwnerOnly);
    }
}
