using Acci.Delivery.GitHub;
using Acci.Generation.Workflows;

namespace Acci.Delivery.Locks;

/// <summary>Newer versions of pinned actions. A release that is younger than some days is left alone: what was slipped into one is mostly found within a few.</summary>
/// <param name="GitHub">GitHub's API.</param>
/// <param name="MinimumAge">How long a release has to have been out.</param>
public sealed record ActionUpdates(GitHubConnection GitHub, TimeSpan MinimumAge)
{
    private const string Read = "contents: read";

    // Every release is newer than this one.
    private const string Before = "v0.0.0";
    private static readonly string Nowhere = new('0', 40);

    /// <summary>The highest version of each action that was released long enough ago; the action as it is where that is no newer.</summary>
    /// <param name="actions">The actions.</param>
    /// <param name="changes">Is told of each change, of each release that is left alone, and of each tag that was moved.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <exception cref="DeliveryException">GitHub does not say.</exception>
    public async Task<IReadOnlyList<ActionReference>> FindAsync(IEnumerable<ActionReference> actions, Action<LockChange> changes, CancellationToken cancellationToken)
    {
        var newest = new List<ActionReference>();
        foreach (var action in actions) newest.Add(await FindAsync(action, changes, cancellationToken));
        return newest;
    }

    /// <summary>The newest version, by the same rules, of each action that is pinned to none yet; without those that have none.</summary>
    /// <param name="names">Their names.</param>
    /// <param name="changes">Is told of each that is pinned now, and of each that is not.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <exception cref="DeliveryException">GitHub does not say.</exception>
    public async Task<IReadOnlyList<ActionReference>> FindNewAsync(IEnumerable<string> names, Action<LockChange> changes, CancellationToken cancellationToken)
    {
        var found = new List<ActionReference>();
        foreach (var name in names)
        {
            var none = new ActionReference(name, Nowhere, Before);
            if (await FindAsync(none, change => changes(change.IsChange ? LockChange.Of(name, "not pinned", change.Text.Split(" → ")[^1]) : change), cancellationToken) is var newest && newest != none)
                found.Add(newest);
        }

        return found;
    }

    private async Task<ActionReference> FindAsync(ActionReference action, Action<LockChange> changes, CancellationToken cancellationToken)
    {
        // An action may lie in a folder of its repository.
        var repository = action.Name.Split('/') is [var owner, var name, ..] ? new GitHubRepository(owner, name) : throw new InvalidOperationException(action.Name);
        var release = await new ReleaseChoice(GitHub, MinimumAge).FindAsync(action.Name, action.Version, repository, changes, cancellationToken);
        if (release is null) return action;

        var commit = (await GitHub.RunAsync($"find the commit of {repository} {release.TagName}", Read, github => github.Repository.Commit.Get(repository.Owner, repository.Name, release.TagName), cancellationToken)).Sha;
        if (commit == action.Commit) return action;
        if (release.TagName == action.Version)
        {
            changes(LockChange.Left(action.Name, action.Version, $"its tag {release.TagName} has been moved, from {action.Commit} to {commit}: find out why before you follow it"));
            return action;
        }

        changes(LockChange.Of(action.Name, $"{action.Version} ({action.Commit[..12]})", $"{release.TagName} ({commit[..12]})"));
        return new ActionReference(action.Name, commit, release.TagName);
    }
}
