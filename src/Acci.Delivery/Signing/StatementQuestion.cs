using Acci.Oci;

namespace Acci.Delivery.Signing;

/// <summary>A question about the statement of one type about one image.</summary>
internal delegate Task<bool> StatementQuestion(ImageReference image, PredicateType type, CancellationToken cancellationToken);
