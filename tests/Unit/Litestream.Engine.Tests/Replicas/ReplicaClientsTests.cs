using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Xunit;

namespace Litestream.Engine.Tests.Replicas;

public sealed class ReplicaClientsTests
{
    [SkippableTheory]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/a/b/", "/a/b")]
    [InlineData("rep", "/here/rep")]
    [InlineData("./x/../rep", "/here/rep")]
    [InlineData("file:///a/b/../c/", "/a/c")]
    [InlineData("file://rel/dir", "/rel/dir")]
    [InlineData("file:rel", "/here/rel")]
    [InlineData("FILE:///a", "/a")]
    [InlineData("file:///a/x%20y", "/a/x%20y")]
    [InlineData("file:///a/x y?z=1", "/a/x y?z=1")]
    public async Task Open_finds_the_folder(string url, string expected)
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix paths");
        await using var client = ReplicaClients.Open(url, "/here", new());
        Assert.Equal(expected, client.Url);
    }

    [SkippableTheory]
    [InlineData(@"C:\a\b\", @"C:\a\b")]
    [InlineData(@"\\server\share\b", @"\\server\share\b")]
    [InlineData("file:///C:/a/b", @"C:\a\b")]
    [InlineData("file://server/share/b", @"\\server\share\b")]
    [InlineData("rep", @"D:\here\rep")]
    public async Task Open_finds_the_folder_on_Windows(string url, string expected)
    {
        Skip.IfNot(OperatingSystem.IsWindows(), "Windows paths");
        await using var client = ReplicaClients.Open(url, @"D:\here", new());
        Assert.Equal(expected, client.Url);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("file://")]
    [InlineData("a\0b")]
    [InlineData("sftp://user:secret@host/path")]
    [InlineData("gs+x://bucket")]
    public void Open_refuses_what_it_does_not_know(string url)
    {
        var e = Assert.Throws<LitestreamException>(() => ReplicaClients.Open(url, Path.GetTempPath(), new()));
        Assert.Equal(ErrorCode.ReplicaUrlInvalid, e.Code);
        Assert.Contains("folder", e.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message + e.Target + e.Hint, StringComparison.Ordinal);
    }
}
