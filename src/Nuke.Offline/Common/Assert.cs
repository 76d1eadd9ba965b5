using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Nuke.Common;

/// <summary>Checks that throw, with the checked expression in the message.</summary>
[DebuggerNonUserCode]
[DebuggerStepThrough]
public static class Assert
{
    /// <summary>Throws an exception with the given message.</summary>
    [DoesNotReturn]
    [SuppressMessage("Usage", "CA2201", Justification = "NUKE throws System.Exception here, and a build may catch it as such.")]
    public static void Fail(string message, Exception exception = null) => throw new Exception(message, exception);

    /// <summary>Throws unless the condition holds.</summary>
    public static void True(bool condition, string message = null, [CallerArgumentExpression(nameof(condition))] string argumentExpression = null)
    {
        if (!condition)
            throw new ArgumentException(message ?? "Expected condition to be true", argumentExpression);
    }

    /// <summary>Throws if the condition holds.</summary>
    public static void False(bool condition, string message = null, [CallerArgumentExpression(nameof(condition))] string argumentExpression = null)
    {
        if (condition)
            throw new ArgumentException(message ?? "Expected condition to be false", argumentExpression);
    }

    /// <summary>Throws if the object is null; returns it otherwise.</summary>
    public static T NotNull<T>(this T obj, string message = null, [CallerArgumentExpression(nameof(obj))] string argumentExpression = null)
        where T : class =>
        obj ?? throw new ArgumentException(message ?? "Expected object to be not null", argumentExpression);

    /// <summary>Throws if the value is null; returns it otherwise.</summary>
    public static T? NotNull<T>(this T? obj, string message = null, [CallerArgumentExpression(nameof(obj))] string argumentExpression = null)
        where T : struct =>
        obj ?? throw new ArgumentException(message ?? "Expected object to be not null", argumentExpression);

    /// <summary>Throws if the string is null or empty; returns it otherwise.</summary>
    public static string NotNullOrEmpty(
        this string str,
        string message = null,
        [CallerArgumentExpression(nameof(str))] string argumentExpression = null) =>
        !string.IsNullOrEmpty(str) ? str : throw new ArgumentException(message ?? "Expected string to be not null or empty", argumentExpression);

    /// <summary>Throws if the string is null or only white space; returns it otherwise.</summary>
    public static string NotNullOrWhiteSpace(
        this string str,
        string message = null,
        [CallerArgumentExpression(nameof(str))] string argumentExpression = null) =>
        !string.IsNullOrWhiteSpace(str)
            ? str
            : throw new ArgumentException(message ?? "Expected string to be not null or whitespace", argumentExpression);

    /// <summary>Throws unless the collection is empty.</summary>
    public static void Empty<T>(
        IReadOnlyCollection<T> collection,
        string message = null,
        [CallerArgumentExpression(nameof(collection))] string argumentExpression = null)
    {
        if (collection.NotNull(message, argumentExpression).Count != 0)
            throw new ArgumentException(message ?? "Expected collection to be empty", argumentExpression);
    }

    /// <summary>Throws if the collection is empty.</summary>
    public static void NotEmpty<T>(
        IReadOnlyCollection<T> collection,
        string message = null,
        [CallerArgumentExpression(nameof(collection))] string argumentExpression = null)
    {
        if (collection.NotNull(message, argumentExpression).Count == 0)
            throw new ArgumentException(message ?? "Expected collection to be not empty", argumentExpression);
    }

    /// <summary>Throws unless the collection has that many items.</summary>
    public static void Count<T>(
        IReadOnlyCollection<T> collection,
        int length,
        string message = null,
        [CallerArgumentExpression(nameof(collection))] string argumentExpression = null)
    {
        if (collection.NotNull(message, argumentExpression).Count != length)
            throw new ArgumentException(message ?? $"Expected collection to have length of {length} but has {collection.Count}", argumentExpression);
    }

    /// <summary>Throws unless the collection has exactly one item.</summary>
    public static void HasSingleItem<T>(
        IReadOnlyCollection<T> collection,
        string message = null,
        [CallerArgumentExpression(nameof(collection))] string argumentExpression = null) =>
        Count(collection, 1, message, argumentExpression);

    /// <summary>Throws unless the file exists.</summary>
    public static void FileExists(string path, string message = null, [CallerArgumentExpression(nameof(path))] string argumentExpression = null)
    {
        if (!File.Exists(path))
            throw new ArgumentException(message ?? $"Expected file to exist: {path}", argumentExpression);
    }

    /// <summary>Throws unless the directory exists.</summary>
    public static void DirectoryExists(string path, string message = null, [CallerArgumentExpression(nameof(path))] string argumentExpression = null)
    {
        if (!Directory.Exists(path))
            throw new ArgumentException(message ?? $"Expected directory to exist: {path}", argumentExpression);
    }
}
