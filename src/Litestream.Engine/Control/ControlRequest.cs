using System.Text.Json.Serialization;

namespace Litestream.Engine.Control;

/// <summary>The one message that a client sends.</summary>
/// <param name="Version">Of the protocol.</param>
/// <param name="Action">What is asked.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ControlRequest([property: JsonRequired] int Version, [property: JsonRequired] ControlAction Action);
