namespace Litestream.Bench.Machine;

/// <summary>What is started.</summary>
/// <param name="Program">The program.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record Command(string Program, params string[] Arguments)
{
    /// <summary>This program, doing a piece of work in a process of its own.</summary>
    public static Command OfChild(params string[] arguments) => new(Environment.ProcessPath!, ["--child", .. arguments]);
}
