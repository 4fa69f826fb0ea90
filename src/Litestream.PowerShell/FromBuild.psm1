# Root module of the manifest at the root of the source: passes the staged module on.
$root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
$staged = [System.IO.Path]::Combine($root, 'out', 'Litestream', 'Litestream.psd1')
if (-not [System.IO.File]::Exists($staged)) {
    throw "Litestream is not built yet. Run: dotnet build '$root/Litestream.sln'. Then import it again."
}

Import-Module $staged
Export-ModuleMember -Cmdlet *-Litestream*
