namespace Litestream.Simulation;

internal static class StoreFaultProgram
{
    public static int Run() => 0;
}
