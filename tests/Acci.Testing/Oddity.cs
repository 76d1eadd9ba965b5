namespace Acci.Testing;

/// <summary>
/// What an <see cref="OddRegistry"/> does otherwise than registries commonly do. Most of it is allowed; what is not stands so in public bug reports.
/// </summary>
public enum Oddity
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The address of a list's next page has a comma, after a link to the page before.</summary>
    LinkWithComma,

    /// <summary>The link to a list's next page is a full address, with the relation not quoted.</summary>
    LinkInFull,

    /// <summary>The link to a list's next page is a query alone.</summary>
    LinkOfQuery,

    /// <summary>A full page of tags has no link to the next.</summary>
    NoLink,

    /// <summary>A list's second page is not found.</summary>
    LaterPageMissing,

    /// <summary>A list's second page names itself as the next.</summary>
    PageNamesItself,

    /// <summary>The number of tags asked for is too large.</summary>
    PageSizeRefused,

    /// <summary>A repository without tags has null in place of the list.</summary>
    TagsNull,

    /// <summary>Blobs and manifests are moved to another path of the same host.</summary>
    Redirects,

    /// <summary>An upload takes one chunk, and is not known any more for the second.</summary>
    SecondChunkLost,

    /// <summary>An upload is not known any more when it is to be finished.</summary>
    FinishLost,

    /// <summary>A blob that is finished has another digest than what was sent.</summary>
    FinishDamaged,

    /// <summary>Chunks are refused.</summary>
    ChunksRefused,

    /// <summary>There is no referrers API, and the tag of a list of referrers is answered with the manifest it is about.</summary>
    TagIsSubject,

    /// <summary>There is no referrers API, and an image lies under the tag of a list of referrers.</summary>
    TagIsImage,

    /// <summary>There is no referrers API, and what lies under the tag of a list of referrers is no JSON.</summary>
    TagIsNoJson,

    /// <summary>There is no referrers API, and a list of referrers without any has null in it.</summary>
    TagHasNull,

    /// <summary>There is no referrers API: 404.</summary>
    NoReferrersApi,

    /// <summary>There is no referrers API: 501.</summary>
    ReferrersNotImplemented,

    /// <summary>The referrers API answers with the manifest it is asked about.</summary>
    ReferrersAreSubject,

    /// <summary>A body that is announced with an expectation is not taken.</summary>
    ExpectationFails,

    /// <summary>HEAD is not served.</summary>
    HeadNotAllowed,

    /// <summary>HEAD finds nothing.</summary>
    HeadFindsNothing,

    /// <summary>HEAD tells neither type nor length nor digest.</summary>
    HeadIsBare,

    /// <summary>A mount is a bad request.</summary>
    MountIsBad,

    /// <summary>A mount is not allowed.</summary>
    MountNotAllowed,

    /// <summary>A mount is an error of the registry.</summary>
    MountFails,

    /// <summary>A mount begins an upload and does not say where.</summary>
    MountSaysNoPlace,

    /// <summary>The token service takes one scope at a time.</summary>
    OneScope,

    /// <summary>The token service leaves <c>token</c> empty beside <c>access_token</c>.</summary>
    TokenEmpty,

    /// <summary>The token service writes numbers as text.</summary>
    LifetimeIsText,

    /// <summary>A login is asked for without a word of which kind.</summary>
    NoChallenge,

    /// <summary>Every answer has a warning.</summary>
    Warns,

    /// <summary>A manifest comes under another type than its own.</summary>
    OtherContentType,

    /// <summary>A manifest is an index and an image at once.</summary>
    IndexAndImage,

    /// <summary>Tags cannot be deleted: 501.</summary>
    DeleteNotImplemented,

    /// <summary>Tags do not move: 409.</summary>
    TagsImmutable,
}
