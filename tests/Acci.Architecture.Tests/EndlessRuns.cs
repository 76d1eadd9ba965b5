using Acci.Delivery.Processes;

namespace Acci.Architecture.Tests;

/// <summary>What <see cref="UncancelledRuns"/> has to find, and what not. Nothing of it is run.</summary>
internal static class EndlessRuns
{
    /// <summary>The methods that wait without end.</summary>
    public static IReadOnlyList<string> Endless { get; } = [nameof(OfNone), nameof(OfDefault), nameof(OfNothing), nameof(OfGenericType), nameof(OfOverride), nameof(OfInterface), nameof(OfLambda)];

    public static Task OfNone() => RunAsync(CancellationToken.None);

    public static Task OfDefault() => RunAsync(default);

    public static Task OfNothing() => CommandRunner.RunAsync(new Command("hangs"));

    public static Task OfGenericType() => Generic<int>.RunAsync(CancellationToken.None);

    public static Task OfOverride(Base it) => CallAsync(it, CancellationToken.None);

    public static Task OfInterface(IRuns it) => CallAsync(it, CancellationToken.None);

    public static Task OfLambda() => Task.Run(async () => await RunAsync(CancellationToken.None));

    public static Task Limited() => CommandRunner.RunAsync(new Command("hangs") { AnswerTime = TimeSpan.FromSeconds(1) }, cancellationToken: CancellationToken.None);

    public static Task Cancellable(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    private static async Task RunAsync(CancellationToken cancellationToken) => await CommandRunner.RunAsync(new Command("hangs"), cancellationToken: cancellationToken);

    private static Task CallAsync(Base it, CancellationToken cancellationToken) => it.RunAsync(cancellationToken);

    private static Task CallAsync(IRuns it, CancellationToken cancellationToken) => it.RunThatAsync(cancellationToken);

    internal interface IRuns
    {
        Task RunThatAsync(CancellationToken cancellationToken);
    }

    internal abstract class Base
    {
        public abstract Task RunAsync(CancellationToken cancellationToken);
    }

    internal sealed class Derived : Base, IRuns
    {
        public override Task RunAsync(CancellationToken cancellationToken) => CommandRunner.RunAsync(new Command("hangs"), cancellationToken: cancellationToken);

        public Task RunThatAsync(CancellationToken cancellationToken) => CommandRunner.RunAsync(new Command("hangs"), cancellationToken: cancellationToken);
    }

    private static class Generic<T>
    {
        public static async Task RunAsync(CancellationToken cancellationToken) => await CommandRunner.RunAsync(new Command($"{typeof(T)}"), cancellationToken: cancellationToken);
    }
}
