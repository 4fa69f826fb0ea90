using Litestream.Fuzz.Corpora;
using Litestream.Fuzz.Fuzzing;
using Litestream.Fuzz.Targets;
using Xunit;

namespace Litestream.Engine.Tests.Fuzzing;

/// <summary>What tests/Fuzz has found worth keeping, given to each parser once more.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Names => [.. AllTargets.Create().Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_input_of_the_corpus_is_read_or_refused_as_documented(string name)
    {
        var target = AllTargets.Create().Single(t => t.Name == name);
        List<byte[]> inputs = [.. new CorpusFolder(target).Load(), .. target.Seeds];
        foreach (var input in inputs) _ = Execution.Run(target, input); // static constructors allocate once
        Assert.All(inputs, input => Assert.Null(Execution.Run(target, input)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_parser_has_a_corpus(string name) => Assert.NotEmpty(new CorpusFolder(AllTargets.Create().Single(t => t.Name == name)).Load());
}
