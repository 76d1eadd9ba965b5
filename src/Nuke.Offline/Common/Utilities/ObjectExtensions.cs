namespace Nuke.Common.Utilities;

/// <summary>Steps in a chain of calls.</summary>
public static class ObjectExtensions
{
    /// <summary>Hands the object to a function.</summary>
    public static TOutput Apply<TInput, TOutput>(this TInput input, Func<TInput, TOutput> transform) => transform(input);

    /// <summary>Hands the object to a function if the condition holds.</summary>
    public static T When<T>(this T input, bool condition, Func<T, T> transform) => condition ? transform(input) : input;

    /// <summary>Hands the object and another one to a function if the other is not null.</summary>
    public static T WhenNotNull<T, TObject>(this T input, TObject obj, Func<T, TObject, T> transform) =>
        obj is not null ? transform(input, obj) : input;
}
