namespace Litestream.Fuzz.Targets;

/// <summary>A parser of the engine, given bytes that anybody may have made.</summary>
internal interface IFuzzTarget
{
    /// <summary>Its name, and that of its corpus.</summary>
    string Name { get; }

    /// <summary>Inputs to begin with, valid ones among them.</summary>
    IEnumerable<byte[]> Seeds { get; }

    /// <summary>What inputs are made of, beside random bytes.</summary>
    IReadOnlyList<byte[]> Dictionary => [];

    /// <summary>Bytes of an input at most.</summary>
    int MaxLength => 4096;

    /// <summary>Parses. A <see cref="Engine.Errors.LitestreamException"/> is the engine's way to say that the input is bad; whatever else is
    /// thrown is a failure.</summary>
    void Run(byte[] input);

    /// <summary>Bytes that may be allocated for an input of a length.</summary>
    long MemoryFor(int length) => (4L << 20) + 512L * length;

    /// <summary>How many executions it gets for each of another: less where one takes long.</summary>
    int Share => 4;

    /// <summary>Makes checksums and the like right, without which a mutated input gets no further than to them.</summary>
    byte[] Repair(byte[] input) => input;
}
