BeforeAll {
    . "$PSScriptRoot/common.ps1"
    New-NotesReplica "$TestDrive/replica"
}

Describe 'Export-LitestreamReport' {
    It 'Writes one HTML file - parameter' {
        Export-LitestreamReport "$TestDrive/report.html" -Replica "$TestDrive/replica" | Should -BeNullOrEmpty
        "$TestDrive/report.html" | Should -FileContentMatch '<!DOCTYPE html>'
    }

    It 'Tells drills - piped' {
        Test-LitestreamBackup "$TestDrive/replica" | Export-LitestreamReport "$TestDrive/drills.xml" -Format NUnitXml
        ([xml](Get-Content "$TestDrive/drills.xml" -Raw)).'test-run'.passed | Should -Be 1
    }
}
