BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $secret = ConvertTo-SecureString 'Very-Secret-0815' -AsPlainText -Force
    $credential = [pscredential]::new('KEY', $secret)
}

Describe 'New-LitestreamReplica' {
    It 'Describes a replica without its secret' {
        $replica = New-LitestreamReplica s3://bucket/shop -Endpoint https://minio.example.com:9000 -Credential $credential -Tag @{ Project = 'shop' }
        $replica.Url | Should -Be 's3://bucket/shop'
        $replica.AccessKey | Should -Be 'KEY'
        $replica | Should -Be 's3://bucket/shop'
        ($replica | Format-List * | Out-String) + ($replica | ConvertTo-Json) | Should -Not -Match 'Very-Secret'
    }

    It 'Describes several of one store - piped' {
        $replicas = 's3://bucket/shop', 's3://bucket/notes' | New-LitestreamReplica -Region eu-central-1
        $replicas.Url | Should -Be 's3://bucket/shop', 's3://bucket/notes'
        $replicas.Region | Should -Be 'eu-central-1', 'eu-central-1'
    }

    It 'Refuses a folder' {
        { New-LitestreamReplica ./folder -ErrorAction Stop } |
            Should -Throw -ErrorId 'ReplicaUrlInvalid,Litestream.PowerShell.Commands.NewLitestreamReplicaCommand'
    }

    It 'Refuses a URL with settings in it, which nobody would read - <cmdlet>' -ForEach @(
        @{ Cmdlet = 'New-LitestreamReplica' }, @{ Cmdlet = 'Get-LitestreamGeneration' }, @{ Cmdlet = 'Test-LitestreamReplica' }
    ) {
        { & $cmdlet 's3://bucket/shop?endpoint=http://localhost:9000&secret=Very-Secret' } | Should -Throw -ErrorId 'ReplicaUrlInvalid,*'
        "$($Error[0])" | Should -Not -Match 'Very-Secret'
    }
}
