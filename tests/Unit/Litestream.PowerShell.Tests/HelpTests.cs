using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class HelpTests(ModuleHost host) : IClassFixture<ModuleHost>
{
    private static readonly XNamespace s_command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace s_maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace s_dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    private static readonly string[] s_cmdlets =
    [
        "Export-LitestreamReport", "Find-LitestreamReplica", "Get-LitestreamDatabase", "Get-LitestreamGeneration", "Get-LitestreamReplication", "Get-LitestreamRestorePoint", "Get-LitestreamSnapshot", "Get-LitestreamWalSegment",
        "New-LitestreamReplica", "Remove-LitestreamGeneration", "Restore-LitestreamDatabase", "Start-LitestreamReplication", "Stop-LitestreamReplication",
        "Sync-LitestreamDatabase", "Test-LitestreamBackup", "Test-LitestreamEnvironment", "Test-LitestreamReplica", "Undo-LitestreamRestore",
    ];

    private static readonly string[] s_topics =
    [
        "about_Litestream", "about_Litestream_Automation", "about_Litestream_Credentials", "about_Litestream_Errors", "about_Litestream_Jobs",
        "about_Litestream_Migration", "about_Litestream_Safety",
    ];

    public static TheoryData<string> Cmdlets => new(s_cmdlets);

    public static TheoryData<string> Topics => new(s_topics);

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Help_is_found(string cmdlet)
    {
        var help = Assert.Single(host.Run("Get-Help $args[0]", cmdlet).Succeeded());

        Assert.DoesNotContain(cmdlet, help.Value<string>("Synopsis"), StringComparison.Ordinal);
        Assert.NotNull(help.Properties["description"]?.Value);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Help_describes_every_parameter_and_no_other(string cmdlet)
    {
        var command = Command(cmdlet);
        var own = command.Parameters.Values.Where(p => !Cmdlet.CommonParameters.Contains(p.Name)).Select(p => p.Name);

        var described = Topic(cmdlet).Element(s_command + "parameters")!.Elements().ToDictionary(
            p => p.Element(s_maml + "name")!.Value, p => p.Element(s_maml + "description")!.Value);

        Assert.Equal(own.Order(), described.Keys.Order());
        Assert.All(described.Values, text => Assert.True(text.Length > 10, text));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Help_shows_the_default_values_that_are(string cmdlet)
    {
        host.UseEngine();
        var command = ((CmdletInfo)Command(cmdlet)).ImplementingType;
        object[] sources = cmdlet switch
        {
            "Start-LitestreamReplication" => [Create(command), CreateOfEngine("Replication.ReplicationOptions")],
            "New-LitestreamReplica" => [Create(command), CreateOfEngine("Replicas.S3.S3Settings")],
            _ => [Create(command)],
        };
        var values = command.GetProperties().Where(p => p.IsDefined(typeof(ParameterAttribute), inherit: true) && IsNumber(p.PropertyType))
            .Select(p => (p.Name, Value: sources.Select(s => s.GetType().GetProperty(p.Name)?.GetValue(s)).FirstOrDefault(v => v is not null)));

        var shown = Topic(cmdlet).Element(s_command + "parameters")!.Elements().Where(p => p.Element(s_dev + "defaultValue") is not null)
            .ToDictionary(p => p.Element(s_maml + "name")!.Value, p => p.Element(s_dev + "defaultValue")!.Value);

        Assert.Equal(
            values.Where(v => v.Value is not null).Select(v => $"{v.Name} {v.Value}").Order(),
            shown.Select(s => $"{s.Key} {Read(s.Value, command.GetProperty(s.Key)!.PropertyType)}").Order());

        static bool IsNumber(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is var t && (t == typeof(TimeSpan) || t == typeof(int) || t == typeof(long));
        static object Create(Type type) => Activator.CreateInstance(type)!;
        static object CreateOfEngine(string name) => Create(ModuleAssemblies.Engine.GetType($"Litestream.Engine.{name}", throwOnError: true)!);

        object Read(string text, Type type) => Assert.Single(host.Run(
            (Nullable.GetUnderlyingType(type) ?? type) == typeof(TimeSpan)
                ? $"[Litestream.PowerShell.Binding.DurationTransformationAttribute]::new().Transform($ExecutionContext, '{text}')" : text).Succeeded()).BaseObject;
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Help_shows_what_can_be_piped(string cmdlet)
    {
        var command = Command(cmdlet);
        var byValue = command.Parameters.Values.Where(p => p.Attributes.OfType<ParameterAttribute>().Any(a => a.ValueFromPipeline)).Select(p => p.ParameterType).ToList();
        List<string> byName = [.. command.Parameters.Values.Where(p => p.Attributes.OfType<ParameterAttribute>().Any(a => a.ValueFromPipelineByPropertyName)).SelectMany(p => p.Aliases.Append(p.Name))];

        var shown = Assert.Single(host.Run("(Get-Help $args[0]).inputTypes", cmdlet).Succeeded()).Properties["inputType"].Value;
        List<string> types = [.. (shown is object[] several ? several : [shown]).Cast<PSObject>().Select(t => ((PSObject)t.Properties["type"].Value).Properties["name"].Value.ToString()!)];

        Assert.All(byValue, type => Assert.Contains((type.GetElementType() ?? type).FullName, types));
        foreach (var type in types.Select(t => host.Run($"[{t}]").Succeeded()[0].BaseObject).Cast<Type>().Where(t => !byValue.Exists(v => t == (v.GetElementType() ?? v))))
            Assert.Contains(byName, n => type.GetProperty(n) is not null || (n == "PSPath" && type == typeof(FileInfo)));
    }

    [Fact]
    public void Help_of_a_parameter_has_its_default_value()
    {
        var help = Assert.Single(host.Run("Get-Help Start-LitestreamReplication -Parameter Retention").Succeeded());

        Assert.Equal("24h", help.Properties["defaultValue"]?.Value.ToString());
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Help_shows_the_syntax_as_it_is(string cmdlet)
    {
        var sets = Command(cmdlet).ParameterSets.Select(s => string.Join(' ', s.Parameters
            .Where(p => !Cmdlet.CommonParameters.Contains(p.Name)).Select(p => $"{p.Name}:{p.IsMandatory}:{p.Position}").Order()));

        var shown = Topic(cmdlet).Element(s_command + "syntax")!.Elements().Select(i => string.Join(' ', i.Elements(s_command + "parameter")
            .Select(p => $"{p.Element(s_maml + "name")!.Value}:{bool.Parse(p.Attribute("required")!.Value)}:{Position(p)}").Order()));

        Assert.Equal(sets.Order(), shown.Order());

        static string Position(XElement parameter) =>
            parameter.Attribute("position")!.Value is var position && position == "named" ? $"{int.MinValue}" : position;
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Help_has_examples_that_parse_and_use_what_exists(string cmdlet)
    {
        var examples = Topic(cmdlet).Element(s_command + "examples")!.Elements().Select(e => e.Element(s_dev + "code")!.Value).ToList();

        Assert.True(examples.Count >= 2);
        foreach (var example in examples)
        {
            var script = Parser.ParseInput(example, out _, out var errors);
            Assert.Empty(errors);
            foreach (var used in script.FindAll(a => a is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>())
            {
                if (!used.GetCommandName().Contains("-Litestream", StringComparison.Ordinal)) continue;
                var known = Command(used.GetCommandName()).Parameters.Keys;
                Assert.All(used.CommandElements.OfType<CommandParameterAst>(), p => Assert.Contains(p.ParameterName, known));
            }
        }
    }

    [Fact]
    public void Errors_topic_has_cause_and_cure_of_every_id_and_no_other()
    {
        host.UseEngine();
        var topic = ReadTopic("about_Litestream_Errors");

        var entries = Regex.Matches(topic, @"^    (\w+) \((\w+)\)\n        Cause: .+\n(?:               .+\n)*        Cure:  .+\n", RegexOptions.Multiline);

        Assert.Equal(ErrorIds.WithCategories().Select(e => $"{e.Key} ({e.Value})").Order(), entries.Select(e => $"{e.Groups[1]} ({e.Groups[2]})").Order());
    }

    [Fact]
    public void Jobs_topic_has_every_event()
    {
        host.UseEngine();
        var topic = ReadTopic("about_Litestream_Jobs");

        Assert.All(
            ModuleAssemblies.Engine.GetType("Litestream.Engine.Replication.ReplicationEventKind", throwOnError: true)!.GetEnumNames().Except(["SnapshotProgress"]),
            kind => Assert.Contains($"\n    {kind} ", topic, StringComparison.Ordinal));
    }

    [Fact]
    public void Migration_topic_tells_what_of_Litestream_stays_in_the_database()
    {
        var topic = ReadTopic("about_Litestream_Migration");

        Assert.All(["_litestream_seq", "_litestream_lock"], table => Assert.Contains(table, topic, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void Topic_is_found_and_names_what_exists(string topic)
    {
        Assert.Contains("SHORT DESCRIPTION", (string)Assert.Single(host.Run("Get-Help $args[0]", topic).Succeeded()).BaseObject, StringComparison.Ordinal);

        var text = ReadTopic(topic);
        Assert.Equal(topic, text.Split('\n')[1].Trim());
        Assert.All(Regex.Matches(text, @"\b[A-Z][a-z]+-Litestream\w+"), m => Assert.Contains(m.Value, s_cmdlets));
        Assert.All(Regex.Matches(text, @"\babout_Litestream\w*"), m => Assert.Contains(m.Value, s_topics));
        // but for command lines, which can't be broken
        Assert.All(text.Split('\n').Where(l => !l.Contains("pwsh -NoProfile", StringComparison.Ordinal)), l => Assert.True(l.Length <= 80, l));
    }

    private static string ReadTopic(string topic) => File.ReadAllText(Path.Combine(Repository.StagedFolder, "en-US", topic + ".help.txt"));

    private CommandInfo Command(string name) => (CommandInfo)host.Run("Get-Command $args[0]", name).Succeeded()[0].BaseObject;

    private static XElement Topic(string cmdlet) =>
        XDocument.Load(Path.Combine(Repository.StagedFolder, "en-US", "Litestream.PowerShell.dll-Help.xml"))
            .Descendants(s_command + "command").Single(c => c.Descendants(s_command + "name").First().Value == cmdlet);
}
