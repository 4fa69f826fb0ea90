using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;

namespace Litestream.Samples.Quickstart;

/// <summary>Writes to the console, without colours where it is redirected; asks nothing.</summary>
internal sealed class ConsoleUserInterface : PSHostUserInterface
{
    public override PSHostRawUserInterface? RawUI => null;

    public override bool SupportsVirtualTerminal => !Console.IsOutputRedirected;

    public override void Write(string value) => Console.Write(Plain(value));

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

    public override void WriteLine(string value) => Console.WriteLine(Plain(value));

    public override void WriteDebugLine(string message) => Console.WriteLine($"DEBUG: {message}");

    public override void WriteErrorLine(string value) => Console.Error.WriteLine(value);

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
    }

    public override void WriteVerboseLine(string message) => Console.WriteLine($"VERBOSE: {message}");

    public override void WriteWarningLine(string message) => Console.WriteLine($"WARNING: {message}");

    public override string ReadLine() => throw NobodyAnswers();

    public override SecureString ReadLineAsSecureString() => throw NobodyAnswers();

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        throw NobodyAnswers();

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        throw NobodyAnswers();

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw NobodyAnswers();

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => throw NobodyAnswers();

    private static string Plain(string text) =>
        Console.IsOutputRedirected ? new StringDecorated(text).ToString(OutputRendering.PlainText) : text;

    private static NotSupportedException NobodyAnswers() => new("This host asks no questions.");
}
