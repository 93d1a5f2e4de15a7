# The setup at work on a real Windows: check_setup.ps1 SETUP. Leaves this Windows as it was, or ends with an error.
param([Parameter(Mandatory)] [string] $Setup)
$ErrorActionPreference = "Stop"
$home_ = Join-Path $env:LOCALAPPDATA "Programs\vigicle"
$program = Join-Path $home_ "vigicle.exe"
$endpoint = Join-Path $env:LOCALAPPDATA "vigicle\run\control.json"
$run = "HKCU:\Software\Microsoft\Windows\CurrentVersion\Run"
$entry = "HKCU:\Software\Microsoft\Windows\CurrentVersion\Uninstall\vigicle"

function Assert([bool] $Holds, [string] $What) {
    if (-not $Holds) { throw "Not so: $What" }
    Write-Output "ok: $What"
}

function Wait-Until([scriptblock] $Condition, [string] $What) {
    $deadline = (Get-Date).AddSeconds(60)
    while (-not (& $Condition)) {
        if ((Get-Date) -gt $deadline) { throw "Not within a minute: $What" }
        Start-Sleep -Milliseconds 200
    }
    Write-Output "ok: $What"
}

function Invoke-Silently([string] $File, [string[]] $Options) {
    $process = Start-Process $File (@("/S") + $Options) -PassThru # -Wait would wait for what it starts as well
    $null = $process.Handle # or the exit code is lost
    $process.WaitForExit()
    Assert ($process.ExitCode -eq 0) "$(Split-Path -Leaf $File) ends with 0"
}

function Install { Invoke-Silently $Setup @() }

Install
Assert ((& $program --version) -match "^vigicle \d") "it says its version"
& $program self-test
Assert ($LASTEXITCODE -eq 0) "every part of it works"
Assert ((Get-Item "HKCU:\Software\Microsoft\Windows\CurrentVersion\App Paths\vigicle.exe").GetValue("") -eq $program) "Windows finds it by its name"
Assert ((& $program status --json | ConvertFrom-Json).version -eq 1) "status answers in JSON"
Assert ((Get-ItemProperty $run).vigicle -like "*vigiclew.exe* run") "it starts at login"
Assert ((Get-ItemProperty $entry).DisplayName -eq "vigicle") "it stands in the list of programs"
$shortcut = Join-Path ([Environment]::GetFolderPath("Programs")) "vigicle.lnk"
$bytes = [Text.Encoding]::Unicode.GetBytes("vigicle.vigicle")
$text = [BitConverter]::ToString([IO.File]::ReadAllBytes($shortcut))
Assert ($text.Contains([BitConverter]::ToString($bytes))) "the shortcut carries the application's model id"

Start-Process (Join-Path $home_ "vigiclew.exe") "run"
Wait-Until { Test-Path $endpoint } "it runs"
Install
Wait-Until { Test-Path $endpoint } "it runs again after the upgrade"

Remove-Item -Recurse (Join-Path $home_ "lib\tray")
Get-Process vigiclew -ErrorAction SilentlyContinue | Stop-Process -Force
Install
Assert ((& $program --version) -match "^vigicle \d") "a damaged one is repaired"

Invoke-Silently (Join-Path $home_ "uninstall.exe") @("/PURGE")
Wait-Until { -not (Test-Path $home_) } "its folder is gone"
Assert (-not (Test-Path (Join-Path $env:LOCALAPPDATA "vigicle"))) "what it remembered is gone"
Assert (-not (Test-Path $entry)) "its entry is gone"
Assert (-not (Test-Path $shortcut)) "its shortcut is gone"
Assert ($null -eq (Get-ItemProperty $run).vigicle) "its start at login is gone"
