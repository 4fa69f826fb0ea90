namespace Litestream.Simulation.Applications;

/// <summary>A statement failed in an application.</summary>
internal sealed class SqlException(int code, string sql) : Exception($"SQLite answers {code} to: {sql}")
{
    public int Code => code;
}
