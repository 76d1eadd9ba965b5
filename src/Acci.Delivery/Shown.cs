namespace Acci.Delivery;

/// <summary>What a verb prints as its result, beside the log: tables, logs of containers, differences of files.</summary>
public static class Shown
{
    /// <summary>Prints it. Much of it was written by others: what would act on a terminal or a runner is made harmless.</summary>
    public static void WriteLine(object text) => Console.WriteLine(SafeText.Lines($"{text}"));
}
