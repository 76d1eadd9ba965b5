using System.Linq.Expressions;
using System.Reflection;

namespace Nuke.Common.Utilities;

/// <summary>Reads expressions such as <c>() => Member</c>.</summary>
internal static class ExpressionExtensions
{
    /// <summary>The member an expression names.</summary>
    public static MemberInfo GetMember(this LambdaExpression expression) =>
        expression.TryGetMember() ?? throw new ArgumentException($"'{expression}' does not name a member", nameof(expression));

    /// <summary>The member an expression names, or null if it is anything else.</summary>
    public static MemberInfo TryGetMember(this LambdaExpression expression) => expression.Body.WithoutConversion() switch
    {
        MemberExpression member => member.Member,
        MethodCallExpression call => call.Method,
        _ => null,
    };

    /// <summary>The value of an expression, without compiling it.</summary>
    public static T Evaluate<T>(this Expression<Func<T>> expression) => expression.Compile(preferInterpretation: true)();

    private static Expression WithoutConversion(this Expression expression) =>
        expression is UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } conversion
            ? conversion.Operand.WithoutConversion()
            : expression;
}
