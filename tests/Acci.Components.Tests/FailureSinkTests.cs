using Acci.Generation;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Acci.Components.Tests;

/// <summary>Why a target failed, in the words of what was thrown.</summary>
public sealed class FailureSinkTests
{
    public static TheoryData<Exception, string> Plain => new()
    {
        { new DeliveryException("the registry is full"), "the registry is full" },
        // As NUKE throws it for `dotnet test`, once for each project.
        { new AggregateException(new DeliveryException("A.Tests failed"), new AggregateException(new GenerationException("B.Tests failed"))), "A.Tests failed\nB.Tests failed" },
        { new AggregateException(new DeliveryException("exit code 1"), new DeliveryException("exit code 1")), "exit code 1" },
    };

    [Theory]
    [MemberData(nameof(Plain), DisableDiscoveryEnumeration = true)]
    public void What_a_person_can_act_on_is_said_by_its_message_alone(Exception thrown, string reason)
    {
        var written = Emit(thrown);

        Assert.Equal(reason, written.RenderMessage());
        Assert.Null(written.Exception);
    }

    [Fact]
    public void A_fault_has_its_place_also_beside_others()
    {
        var thrown = new AggregateException(new DeliveryException("A.Tests failed"), new InvalidOperationException("a fault"));

        var written = Emit(thrown);

        Assert.Same(thrown, written.Exception);
        Assert.StartsWith("AggregateException: ", written.RenderMessage(), StringComparison.Ordinal);
    }

    private static LogEvent Emit(Exception thrown)
    {
        var kept = new KeptEvents();
        using var logger = new LoggerConfiguration().WriteTo.Sink(kept).CreateLogger();
        using var sink = new FailureSink(logger);
        using var before = new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger();
        before.Error(thrown, "Target {TargetName} has thrown an exception", "Test");
        return Assert.Single(kept.Events);
    }

    private sealed class KeptEvents : ILogEventSink
    {
        public List<LogEvent> Events { get; } = [];

        public void Emit(LogEvent logEvent) => Events.Add(logEvent);
    }
}
