using Litestream.Engine.Configuration;
using Litestream.Engine.Errors;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Fuzzing: of some texts the YAML library never comes back, overflows the stack, or throws what is not documented.</summary>
public sealed class HostileConfigurationTests
{
    [Theory]
    [InlineData("a: b\0\n%Y")]
    [InlineData("a: \u0008")]
    [InlineData("a: \u007f")]
    public void Control_characters_are_refused_with_their_line(string yaml) => AssertRefused(yaml, "line 1: the character U+00");

    /// <summary>Where the text just fills the parser's buffer, it looked for the end of the directive for ever.</summary>
    [Theory]
    [InlineData("a: b\n%9 ", 1024)]
    [InlineData("a: b\r%9 ", 2048)]
    [InlineData("%9 ", 1024)]
    [InlineData("\ufeff%9 ", 1024)]
    public async Task A_directive_at_the_end_of_a_text_ends(string begin, int length)
    {
        var reading = Task.Run(() => Record.Exception(() => Reader().Read(begin.PadRight(length, 'x'), "/litestream.yml")));

        Assert.Same(reading, await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMinutes(1))));

        if (await reading is { } error) Assert.Equal(ErrorCode.InvalidConfiguration, Assert.IsType<LitestreamException>(error).Code);
    }

    [Theory]
    [InlineData("*a : 1")]
    [InlineData("x: &a [1]\n*a : 1")]
    [InlineData("? [a, b]\n: 1")]
    [InlineData("? {a: b}\n: 1")]
    public void A_key_that_is_no_text_is_refused_before_it_is_compared(string yaml) => AssertRefused(yaml, "a key is not text");

    [Theory]
    [InlineData("x: &a [*a]")]
    [InlineData("x: &a {b: [*a]}")]
    [InlineData("x: *b\ny: &b 1")]
    [InlineData("x: &a 1\n---\ny: *a")]
    public void A_value_that_names_itself_or_what_is_not_there_is_refused(string yaml) => AssertRefused(yaml, "has that name");

    [Fact]
    public void Values_nested_deep_are_refused_and_overflow_nothing()
    {
        AssertRefused("x: " + new string('[', 200_000), "nested too deep");
        AssertRefused(string.Concat(Enumerable.Repeat("- ", 200_000)), "nested too deep");
    }

    [Fact]
    public void Lists_that_name_each_other_are_not_multiplied()
    {
        var merged = "dbs: [{path: /a.db, replica: {<<: [";
        var list = "&x0 {path: a}";
        for (var i = 1; i <= 25; i++) list = $"&x{i} [{list}, {string.Join(", ", Enumerable.Repeat($"*x{i - 1}", 9))}]";
        AssertRefused(merged + list + "]}}]", "merges mappings only");
    }

    [Fact]
    public void A_file_without_an_end_is_not_read_to_its_end()
    {
        if (OperatingSystem.IsWindows()) return;
        var error = Assert.Throws<LitestreamException>(() => Reader().ReadFile("/dev/zero"));
        Assert.Equal(ErrorCode.InvalidConfiguration, error.Code);
        Assert.Contains("longer than", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_parser_does_not_expect_is_no_YAML() => AssertRefused("dbs:\n- {a: [x\n...\n", "this is not YAML");

    [Theory]
    [InlineData("dbs: [{path: '/a', replica: {path: /r, sync-interval: 2400h}}]", "'sync-interval' is longer than 14 days")]
    [InlineData("shutdown-sync-timeout: 2400h", "'shutdown-sync-timeout' is longer than 14 days")]
    [InlineData("dbs: [{path: '/a', replica: {path: /r, retention-check-interval: 2400h}}]", "'retention-check-interval' is longer than 14 days")]
    [InlineData("dbs: [{path: '/a', replica: {path: /r, retention: 20000000h}}]", "'retention' is not a duration")]
    public void A_wait_that_no_clock_can_be_set_for_is_refused(string yaml, string message) => AssertRefused(yaml, message);

    [Fact]
    public void A_pattern_of_any_length_is_read_or_refused()
    {
        foreach (var text in new[] { new string('?', 5000), string.Concat(Enumerable.Repeat("*a", 2000)), string.Concat(Enumerable.Repeat("**/", 2000)) + "x", new string('[', 5000) })
        {
            try
            {
                _ = FolderPattern.Parse(text).IsMatch("a.db");
            }
            catch (FormatException)
            {
                // the documented answer
            }
        }
    }

    private static void AssertRefused(string yaml, string message)
    {
        var error = Assert.Throws<LitestreamException>(() => Reader().Read(yaml, "/litestream.yml"));
        Assert.Equal(ErrorCode.InvalidConfiguration, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static ConfigurationReader Reader() => new() { CurrentFolder = "/", HomeFolder = "/home/me", FindVariable = null };
}
