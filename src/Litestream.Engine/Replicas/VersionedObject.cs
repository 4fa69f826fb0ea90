namespace Litestream.Engine.Replicas;

/// <summary>A small object that several may want to write.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Version">Changes with each writing, as the store tells it.</param>
public sealed record VersionedObject(ReadOnlyMemory<byte> Content, string Version);
