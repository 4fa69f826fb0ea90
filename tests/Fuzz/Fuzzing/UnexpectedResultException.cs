namespace Litestream.Fuzz.Fuzzing;

/// <summary>A parser has returned what can't be right.</summary>
internal sealed class UnexpectedResultException(string message) : Exception(message)
{
    public static void ThrowUnless(bool isRight, string message)
    {
        if (!isRight) throw new UnexpectedResultException(message);
    }
}
