using System.Reflection;

namespace Nuke.Common.Utilities;

/// <summary>Exceptions that only wrap others.</summary>
public static class ExceptionExtensions
{
    /// <summary>The exception that matters.</summary>
    public static Exception Unwrap(this Exception exception) => exception switch
    {
        TargetInvocationException or TypeInitializationException when exception.InnerException is { } inner => inner.Unwrap(),
        AggregateException { InnerExceptions: [var inner] } => inner.Unwrap(),
        _ => exception,
    };
}
