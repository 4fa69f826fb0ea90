namespace Litestream.Engine.Spool;

/// <summary>A snapshot that is complete and durable, but has not got its name yet.</summary>
/// <param name="Content">What it is.</param>
/// <param name="Pages">What its pages hold.</param>
internal sealed record SpooledSnapshot(SpooledObject Content, PageMap Pages);
