using System.Text.Json;
using System.Text.Json.Serialization;

namespace Litestream.Engine.Replication;

/// <summary>Who writes to a replica, as its lease tells.</summary>
/// <param name="Owner">The id of the metadata folder: the same over restarts.</param>
/// <param name="Run">The id of the run: another one after each start.</param>
/// <param name="Machine">Name of the machine.</param>
/// <param name="Database">Full path of the database there.</param>
/// <param name="ProcessId">The process there.</param>
/// <param name="Since">Since when, UTC.</param>
public sealed record LeaseHolder(
    [property: JsonRequired] string Owner,
    [property: JsonRequired] string Run,
    [property: JsonRequired] string Machine,
    [property: JsonRequired] string Database,
    [property: JsonRequired] int ProcessId,
    [property: JsonRequired] DateTimeOffset Since)
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Reads a lease; null if it is none.</summary>
    internal static LeaseHolder? Parse(ReadOnlySpan<byte> content)
    {
        try
        {
            return JsonSerializer.Deserialize<LeaseHolder>(content, s_options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads whose a lease is of which a store shows only the beginning; null if that does not tell.</summary>
    internal static string? FindOwner(ReadOnlySpan<byte> beginning)
    {
        try
        {
            var reader = new Utf8JsonReader(beginning, isFinalBlock: false, default);
            while (reader.Read())
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("owner"))
                    return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        }
        catch (JsonException)
        {
            // it is none
        }

        return null;
    }

    /// <summary>As it is stored.</summary>
    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, s_options);

    /// <summary>Whether both stand for the replication of one database: a later run of it, or one whose metadata folder was lost.</summary>
    internal bool IsSameOwner(LeaseHolder other) => Owner == other.Owner || (Machine == other.Machine && Database == other.Database);

    /// <summary>Whether both run at the same place: what is no copy of this one, as a cloned machine may be.</summary>
    internal bool IsSamePlace(LeaseHolder other) => Owner == other.Owner && Machine == other.Machine && Database == other.Database;

    /// <summary>For people.</summary>
    public override string ToString() => $"the replication of '{Database}' by process {ProcessId} of {Machine} since {Since:u}";
}
