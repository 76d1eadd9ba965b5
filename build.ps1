# Builds the build if it changed, then runs it: .\build.ps1 [targets] [--parameter value ...]
[CmdletBinding()]
param([Parameter(Position = 0, ValueFromRemainingArguments = $true)][string[]] $BuildArguments)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$root = $PSScriptRoot
$temp = Join-Path $root '.nuke/temp'
$project = Join-Path $root 'build/_build.csproj'
$assembly = Join-Path $root 'build/bin/Debug/_build.dll'
$stamp = Join-Path $temp 'built'

$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:NUKE_TELEMETRY_OPTOUT = '1'

function Fail([string] $message) { [Console]::Error.WriteLine("error: $message"); exit 1 }

if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    Fail "there is no 'dotnet' on the PATH. Install the .NET 10 SDK: https://dot.net/download"
}

# Which engine the build runs on: what the caller says, else what was found out before, else NUKE's packages if they restore.
function Select-Engine {
    if ($env:NUKE_ENGINE -in 'Package', 'Offline') { return $env:NUKE_ENGINE }
    if ($env:NUKE_ENGINE) { Fail "NUKE_ENGINE is '$($env:NUKE_ENGINE)'; it can be Package or Offline." }
    $remembered = Join-Path $temp 'engine'
    if (Test-Path $remembered) { return (Get-Content $remembered -Raw).Trim() }
    & dotnet restore $project -p:NukeEngine=Package --verbosity quiet *> $null
    $choice = if ($LASTEXITCODE -eq 0) { 'Package' } else { 'Offline' }
    $said = if ($choice -eq 'Package') { "NUKE's own packages." } else { "src/Nuke.Offline, because NUKE's packages cannot be restored here (NUKE_ENGINE=Package insists on them)." }
    [Console]::Error.WriteLine("Engine: $said")
    New-Item -ItemType Directory -Force $temp | Out-Null
    Set-Content -NoNewline -Path $remembered -Value $choice
    return $choice
}

# True when nothing that the build is made of is newer than the last build of it.
function Test-Current([string] $engine) {
    if (-not ((Test-Path $assembly) -and (Test-Path $stamp)) -or (Get-Content $stamp -Raw).Trim() -ne $engine) { return $false }
    $since = (Get-Item $stamp).LastWriteTimeUtc
    $sources = 'build', 'src/Acci.Components', 'src/Acci.Delivery', 'src/Acci.Settings', 'src/Nuke.Offline', 'Directory.Build.props', 'Directory.Packages.props', 'global.json'
    $newer = $sources | ForEach-Object { Get-Item (Join-Path $root $_); Get-ChildItem (Join-Path $root $_) -Recurse -ErrorAction SilentlyContinue } |
        Where-Object { $_.FullName -notmatch '[\\/](bin|obj)([\\/]|$)' -and $_.LastWriteTimeUtc -gt $since } | Select-Object -First 1
    return $null -eq $newer
}

$engine = Select-Engine
if (-not (Test-Current $engine)) {
    # Dated from before the build, so that what was edited meanwhile is built the next time.
    $started = [DateTime]::UtcNow
    New-Item -ItemType Directory -Force $temp | Out-Null
    Remove-Item $stamp -ErrorAction SilentlyContinue
    if (-not (Test-Path $assembly)) { [Console]::Error.WriteLine('Building the build; this happens once ...') }
    $log = & dotnet build $project --configuration Debug "-p:NukeEngine=$engine" -nodeReuse:false --verbosity quiet '-clp:ErrorsOnly;NoSummary' 2>&1
    if ($LASTEXITCODE -ne 0) { $log | Out-Host; Fail "the build itself does not compile (engine: $engine)." }
    Set-Content -NoNewline -Path $stamp -Value $engine
    (Get-Item $stamp).LastWriteTimeUtc = $started
}

& dotnet $assembly $BuildArguments
exit $LASTEXITCODE
