using System.Text.RegularExpressions;

namespace Acci.Delivery.Signing;

/// <summary>
/// The workflows of a checkout, and which of them sign for their own repository alone. One that other repositories can call (<c>on: workflow_call</c>) has the same
/// identity in the certificates of all of them.
/// Source: GitHub's documentation, "Reusing workflow configurations"; "OpenID Connect reference", claim <c>job_workflow_ref</c>.
/// </summary>
/// <param name="root">The root of the checkout.</param>
internal sealed class CheckoutWorkflows(string root)
{
    private const string Folder = ".github/workflows";
    private const int Largest = 1024 * 1024;

    private IEnumerable<string> Files => Directory.Exists(Path.Combine(root, Folder))
        ? Directory.EnumerateFiles(Path.Combine(root, Folder)).Select(x => Path.GetFileName(x)).Where(x => x.EndsWith(".yml", Ordinal) || x.EndsWith(".yaml", Ordinal))
        : [];

    private static StringComparison Ordinal => StringComparison.Ordinal;

    /// <summary>The files of those that no other repository can call.</summary>
    /// <exception cref="DeliveryException">All of them can be called.</exception>
    public IReadOnlyList<string> OfThisRepositoryAlone()
    {
        var own = Files.Where(x => !IsCallable(x)).Order(StringComparer.Ordinal).ToList();
        return own.Count > 0 ? own
            : throw new DeliveryException($"{Folder} has no workflow that no other repository can call, so a cluster could not tell for whom one signed. {Remedy}");
    }

    /// <summary>Makes sure that every workflow of this identity is one of the checkout that no other repository can call.</summary>
    /// <exception cref="DeliveryException">One is not, or it cannot be told.</exception>
    public void EnsureSignsForThisRepositoryAlone(ExpectedSigner.Workflow signer)
    {
        if (IdentityIn(signer).Match(signer.Identity) is not { Success: true } match)
        {
            throw new DeliveryException(
                $"{signer.Identity} may sign for other repositories than {signer.Source.Repository}, as a reusable workflow does. {Remedy}");
        }

        foreach (var file in match.Groups["file"].Captures.Select(x => x.Value.Replace("\\", "", Ordinal)))
        {
            if (!Files.Contains(file))
                throw new DeliveryException($"{Folder}/{file} is not in this checkout, so it is not known whether other repositories can call it. {Remedy}");
            if (IsCallable(file))
                throw new DeliveryException($"{Folder}/{file} can be called by other repositories (on: workflow_call), and signs under its own name for each of them. {Remedy}");
        }
    }

    // An expression has to spell out the repository and the files; what it says of branches and tags is not looked at.
    private static Regex IdentityIn(ExpectedSigner.Workflow signer)
    {
        var repository = Regex.Escape(signer.Source.Repository);
        const string file = @"(?<file>(?:[\w-]|\\[.-])+)";
        return new Regex(
            signer.Identity.StartsWith('^')
                ? $@"\A\^(?<i>\(\?i:)?https://[\w.\\:-]+/{Regex.Escape(repository)}(?(i)\))/\\?\.github/workflows/(?:{file}|\((?:\?:)?{file}(?:\|{file})*\))@(?![?*+{{])"
                : $@"\Ahttps://[^/]+/{repository}/\.github/workflows/(?<file>[^/@\\]+)@",
            RegexOptions.IgnoreCase);
    }

    private static string Remedy =>
        "Neither Kyverno nor policy-controller looks at the repository in a certificate. Name workflows of this checkout without workflow_call with --signed-by, as in "
        + @"--signed-by '^https://github\.com/owner/app/\.github/workflows/(publish\.yml|nightly\.yml)@refs/heads/main$', or sign with a key.";

    // Where a comment or a string has the word, too, the workflow is taken for one that can be called: nothing is lost but its place in the policy.
    private bool IsCallable(string file) => InputFile.ReadText(Path.Combine(root, Folder, file), Largest).Split('\n')
        .Any(line => !line.TrimStart().StartsWith('#') && line.Contains("workflow_call", Ordinal));
}
