namespace Acci.Testing;

/// <summary>Lines of a <c>.dockerignore</c>, a file, and whether BuildKit leaves it out.</summary>
public static class IgnoreCases
{
    private const string Key = "deploy/compose/secrets/prod/KEY";
    private const string Env = "deploy/compose/.env.prod";

    public static IReadOnlyList<(string Lines, string Path, bool IsLeftOut)> All { get; } =
    [
        // Two stars stand for whole folders, except at the beginning and at the end.
        ("deploy/**crets", Key, false),
        ("deploy/**/secrets", Key, true),
        ("deploy/**secrets", Key, true),
        ("deploy/com**secrets", Key, true),
        ("**crets", Key, true),
        ("**/crets", Key, false),
        ("**crets/prod", Key, true),
        ("**v.prod", Env, true),
        ("**cret*", Key, false),
        ("**secr*", Key, true),
        ("deploy/**", Env, true),
        ("deploy**", Env, true),
        ("deploy/comp**", Env, true),
        ("d*/comp**", Env, true),
        ("**/**", Env, true),
        ("***", Env, true),
        ("deploy/***", Env, true),
        ("deploy/**/**/prod", Key, true),
        ("**/.env.*/", Env, true),
        // A pattern counts for a folder only where it changes something for the folder itself.
        ("deploy\n!deploy/compose\ndep*", Env, false),
        ("deploy\n!deploy/compose\ndep*/*", Env, true),
        ("deploy\n!deploy/compose\ndeploy/compose/.e*", Env, true),
        ("deploy/compose\n!deploy", Env, true),
        ("deploy/compose/.env.prod\n!deploy/compose", Env, true),
        ("**\n!deploy/compose/*", Env, false),
        ("**\n!deploy/compose/.env.prod", Env, false),
        ("**/.env.*\n!**/.env.prod", Env, false),
        ("!deploy/compose/.env.prod\n**/.env.*", Env, true),
        // Paths are cleaned, and an exception's twice.
        ("/../deploy", Env, true),
        ("../deploy", Env, false),
        ("//deploy//compose", Env, true),
        ("deploy/compose/../../..", Env, false),
        (".", Env, false),
        ("/", Env, false),
        ("./!bin\n", Env, false),
        ("deploy\n./!deploy/compose", Env, false),
        ("deploy\n! /deploy/compose", Env, false),
        ("deploy\n!/../deploy/compose", Env, false),
        ("deploy\n!!deploy/compose", Env, true),
        (" deploy\t", Env, true),
        (" # deploy\ndeploy #", Env, false),
        ("\uFEFFdeploy", Env, true),
        // One character, sets, and what has no meaning.
        ("deploy/?????se", Env, true),
        ("deploy/????se", Env, false),
        ("deploy?compose", Env, false),
        ("deploy/compose/.[a-f]nv.*", Env, true),
        ("deploy/compose/.[^a-f]nv.*", Env, false),
        ("deploy[^a]compose*", Env, true),
        ("deploy/compose/.env+prod", Env, false),
        ("deploy/compose/xenv.pro?", Env, false),
        ("deploy/compose/.env.(prod|dev)", Env, false),
        ("DEPLOY", Env, false),
    ];
}
