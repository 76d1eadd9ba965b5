namespace Acci.Delivery.Publishing;

/// <summary>Which of an image's tags it has now, and which not, in words.</summary>
/// <param name="Taken">The tags that point at it.</param>
/// <param name="Left">The tags that do not, each with the reason.</param>
/// <param name="Lost">Those of them that were written, and that another publish has by now.</param>
/// <param name="Replaced">Those it has that pointed at an image that a person has said may be replaced, each with that one.</param>
public sealed record TagReport(IReadOnlyList<string> Taken, IReadOnlyList<string> Left, IReadOnlyList<string> Lost, IReadOnlyList<string> Replaced)
{
    /// <summary>Compares what was planned with what came of it.</summary>
    public static TagReport Of(TagPlan plan, IReadOnlyList<TagWrite> writes)
    {
        var lost = writes.Where(write => write.IsLost)
            .Select(write => $"{write.Tag.Tag}: {write.WhyLost}")
            .ToList();
        var taken = plan.Moves.Where(move => writes.Any(write => write.Tag.Tag == move.Tag && !write.IsLost)).ToList();
        return new TagReport(
            [.. taken.Select(move => move.Tag)],
            [.. plan.Staying.Select(move => $"{move.Tag}: {move.Reason}"), .. lost],
            lost,
            [.. taken.Where(move => move.Replaces is not null).Select(move => $"{move.Tag}: it pointed at {move.Replaces} before")]);
    }

    /// <summary>Says what did not move, and returns the same report.</summary>
    public TagReport Log(string image)
    {
        foreach (var tag in Left.Except(Lost)) Serilog.Log.Information("{Image}: does not take {Tag:l}", image, tag);
        foreach (var tag in Replaced) Serilog.Log.Warning("{Image}: replaced another image, {Tag:l}", image, tag);
        foreach (var tag in Lost) Serilog.Log.Warning("{Image}: lost a tag, {Tag:l}", image, tag);
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => Taken.Count == 0 ? "no tag moved" : $"tagged {string.Join(", ", Taken)}";
}
