using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;

namespace Litestream.PowerShell.Tests.Hosting;

/// <summary>Keeps text, without colours; a prompt is an error, as it is with -NonInteractive.</summary>
internal sealed partial class RecordingUserInterface(int? width) : PSHostUserInterface
{
    private readonly StringBuilder _text = new();

    public override PSHostRawUserInterface? RawUI { get; } = width is null ? null : new RecordingWindow(width.Value);

    public string TakeText()
    {
        lock (_text)
        {
            var text = Colour().Replace(_text.ToString(), string.Empty);
            _text.Clear();
            return text;
        }
    }

    public override void Write(string value)
    {
        lock (_text) _text.Append(value);
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

    public override void WriteLine(string value) => Write(value + "\n");

    public override void WriteDebugLine(string message)
    {
    }

    public override void WriteErrorLine(string value) => WriteLine(value);

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
    }

    public override void WriteVerboseLine(string message)
    {
    }

    public override void WriteWarningLine(string message)
    {
    }

    public override string ReadLine() => throw Prompted();

    public override SecureString ReadLineAsSecureString() => throw Prompted();

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        throw Prompted();

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        throw Prompted();

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw Prompted();

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => throw Prompted();

    private static NotSupportedException Prompted() => new("Something asked a question, and nobody is there to answer.");

    [GeneratedRegex("\x1b\\[[0-9;]*m")]
    private static partial Regex Colour();
}
