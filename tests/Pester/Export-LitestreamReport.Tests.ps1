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

    It 'Returns the file as Get-Item does, wherever the session is' {
        Push-Location env:
        try { $file = Export-LitestreamReport "$TestDrive/passed[1].html" -Replica "$TestDrive/replica" -PassThru }
        finally { Pop-Location }
        $file | Should -BeOfType System.IO.FileInfo
        # of a file without these the table leaves all but the name empty
        $file.PSPath | Should -Be (Get-Item -LiteralPath "$TestDrive/passed[1].html").PSPath
        $file | Format-Table | Out-String | Should -Match "\b$($file.Length)\b"
    }
}
