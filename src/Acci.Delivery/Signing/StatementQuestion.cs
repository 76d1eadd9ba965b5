using System.Text.Json;
using Acci.Oci;

namespace Acci.Delivery.Signing;

/// <summary>A question about the statement of one type about one image: with this predicate, or for a signature with whatever it has.</summary>
internal delegate Task<bool> StatementQuestion(ImageReference image, PredicateType type, JsonElement? predicate, CancellationToken cancellationToken);
