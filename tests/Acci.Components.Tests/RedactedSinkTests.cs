using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Acci.Components.Tests;

public class RedactedSinkTests
{
    private const string Secret = "battery-staple-0815";

    [Fact]
    public void Whatever_an_engine_logs_to_a_file_is_masked()
    {
        Redaction.Register(Secret);
        var written = new Written();
        var log = RedactedSink.Before(new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(written).CreateLogger());

        log.Information("Deploying with {Token} to {Where}", Secret, "there");
        log.Information($"in the template: {Secret}");
        log.Information("{Many} {@Structure}", new[] { "a", Secret }, new { Inner = new { Token = Secret } });
        log.Information("{Map} {Address}", new Dictionary<string, string> { ["key"] = Secret }, new Uri($"https://user:{Secret}@localhost/"));
        log.Error(new InvalidOperationException($"no entry with {Secret}", new InvalidOperationException(Secret)), "failed");

        Assert.Equal(5, written.Events.Count);
        Assert.Equal($"Deploying with \"{Redaction.Mask}\" to \"there\"", written.Events[0].RenderMessage());
        Assert.All(written.Events, x => Assert.DoesNotContain(Secret, $"{x.RenderMessage()} {x.Exception}", StringComparison.Ordinal));
        Assert.All(written.Events, x => Assert.Contains(Redaction.Mask, $"{x.RenderMessage()} {x.Exception}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\e[0m")]
    [InlineData("\e]8;;x\a")]
    [InlineData("\0")]
    [InlineData("\u00ad")]
    public void A_secret_that_something_invisible_stands_in_is_masked(string between)
    {
        Redaction.Register(Secret);
        var written = new Written();
        var log = RedactedSink.Before(new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(written).CreateLogger());

        log.Information("The registry says {Answer:l}", $"denied: {Secret[..7]}{between}{Secret[7..]}");

        Assert.Equal($"The registry says denied: {Redaction.Mask}", Assert.Single(written.Events).RenderMessage());
    }

    [Fact]
    public void What_others_wrote_acts_on_no_terminal_and_no_runner()
    {
        var written = new Written();
        var log = RedactedSink.Before(new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(written).CreateLogger());
        const string answer = "denied: \e[31mred\e[0m\r\n::stop-commands::token\n  ::add-mask::a\nsee ##[group]b\u202e\u009b2J";

        log.Information("The registry says {Answer:l}", answer);
        log.Information(answer);
        log.Information("{@Structure}", new { Answer = answer });
        log.Error(new InvalidOperationException(answer), "failed");

        Assert.Equal(4, written.Events.Count);
        Assert.Equal("The registry says denied: red\n: :stop-commands::token\n  : :add-mask::a\nsee # #[group]b\uFFFD", written.Events[0].RenderMessage());
        foreach (var text in written.Events.Select(x => $"{x.RenderMessage()} {x.Exception}"))
        {
            Assert.DoesNotContain(text, x => x is '\e' or '\r' or '\u202e' or '\u009b');
            Assert.DoesNotContain(text.Split('\n'), x => x.TrimStart().StartsWith("::", StringComparison.Ordinal) || x.Contains("##[", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_engine_s_logger_decides_what_is_written_and_ends_with_ours()
    {
        var written = new Written();
        var log = RedactedSink.Before(new LoggerConfiguration().MinimumLevel.Warning().WriteTo.Sink(written).CreateLogger());

        log.Information("quiet");
        log.Warning("loud");
        ((IDisposable)log).Dispose();

        Assert.Equal("loud", Assert.Single(written.Events).RenderMessage());
        Assert.True(written.IsDisposed);
    }

    private sealed class Written : ILogEventSink, IDisposable
    {
        public List<LogEvent> Events { get; } = [];

        public bool IsDisposed { get; private set; }

        public void Emit(LogEvent logEvent) => Events.Add(logEvent);

        public void Dispose() => IsDisposed = true;
    }
}
