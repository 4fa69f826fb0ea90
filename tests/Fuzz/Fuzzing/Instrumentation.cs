using SharpFuzz;

namespace Litestream.Fuzz.Fuzzing;

/// <summary>Lets the parsers beside this program report the branches they take. Comes before any of their code is loaded.</summary>
internal static class Instrumentation
{
    private static readonly string[] s_assemblies = ["Litestream.Engine.dll", "YamlDotNet.dll", "K4os.Compression.LZ4.dll", "K4os.Compression.LZ4.Streams.dll"];

    /// <summary>Changes the assemblies in place; a build puts the plain ones back.</summary>
    public static void Apply()
    {
        foreach (var name in s_assemblies)
        {
            var path = Path.Combine(AppContext.BaseDirectory, name);
            var copy = path + ".instrumented";
            File.Copy(path, copy, overwrite: true);
            try
            {
                Fuzzer.Instrument(copy, _ => true, Options.Value);
                File.Move(copy, path, overwrite: true);
            }
            catch (InstrumentationException)
            {
                // done by an earlier run
                File.Delete(copy);
            }
        }
    }
}
