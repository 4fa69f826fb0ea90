using System.Globalization;
using System.Management.Automation.Host;

namespace Litestream.PowerShell.Tests.Hosting;

/// <summary>A host without a person in front of it, which keeps what is shown.</summary>
internal sealed class RecordingHost(CultureInfo? culture = null, int? width = null) : PSHost
{
    private readonly RecordingUserInterface _userInterface = new(width);

    public override CultureInfo CurrentCulture { get; } = culture ?? CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture { get; } = culture ?? CultureInfo.InvariantCulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "Tests";

    public override PSHostUserInterface UI => _userInterface;

    public override Version Version { get; } = new(1, 0);

    public string TakeText() => _userInterface.TakeText();

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
    }
}
