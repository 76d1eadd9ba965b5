using System.Globalization;
using System.Text;
using Nuke.Common.Execution;

namespace Nuke.Common.Utilities;

/// <summary>Asks whoever sits at the terminal.</summary>
public class ConsoleUtility
{
    internal static bool CanPrompt => !Console.IsInputRedirected && !Console.IsOutputRedirected && NukeBuild.IsLocalBuild;

    /// <summary>Asks for a line; an empty one stands for the default.</summary>
    public static string PromptForInput(string question, string defaultValue)
    {
        Ask(defaultValue is null ? question : $"{question} ({defaultValue})");
        return Console.ReadLine()?.Trim() is { Length: > 0 } answer ? answer : defaultValue;
    }

    /// <summary>Asks for one of several values, by its number.</summary>
    public static T PromptForChoice<T>(string question, params (T Value, string Description)[] options)
    {
        ConsoleOutput.WriteLine($"{question}:", Style.Title);
        for (var i = 0; i < options.Length; i++)
            ConsoleOutput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {i + 1}) {options[i].Description}"));
        while (true)
        {
            Console.Write("» ");
            var answer = Console.ReadLine();
            Check.That(answer is not null, "Nothing was chosen");
            var chosen = Array.FindIndex(options, x => x.Description.EqualsOrdinalIgnoreCase(answer.Trim()));
            if (chosen < 0 && int.TryParse(answer, CultureInfo.InvariantCulture, out var number))
                chosen = number - 1;
            if (chosen >= 0 && chosen < options.Length)
                return options[chosen].Value;
        }
    }

    /// <summary>Reads a line without showing it.</summary>
    public static string ReadSecret()
    {
        var secret = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                secret.Length = Math.Max(0, secret.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                secret.Append(key.KeyChar);
        }

        Console.WriteLine();
        return secret.ToString();
    }

    internal static string PromptForSecret(string question)
    {
        Ask(question);
        return ReadSecret();
    }

    private static void Ask(string question)
    {
        ConsoleOutput.WriteLine($"{question}:", Style.Title);
        Console.Write("» ");
    }
}
