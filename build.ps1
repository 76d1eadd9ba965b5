# Builds the build if it changed, then runs it: .\build.ps1 [targets] [--parameter value ...]
[CmdletBinding()]
param([Parameter(Position = 0, ValueFromRemainingArguments = $true)][string[]] $BuildArguments)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

$root = $PSScriptRoot
$temp = Join-Path $root '.nuke/temp'
$project = Join-Path $root 'build/_build.csproj'
$assembly = Join-Path $root 'build/bin/Debug/_build.dll'
$stamp = Join-Path $temp 'built'

$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:NUKE_TELEMETRY_OPTOUT = '1'

function Say([string] $message) { [Console]::Error.WriteLine($message) }
function Fail([string] $message) { Say "error: $message"; exit 1 }

# What dotnet says, as text; its exit code is in $LASTEXITCODE. To Windows PowerShell a line on standard error is an error, and ends the script.
function Invoke-Dotnet([string[]] $Arguments) {
    $ErrorActionPreference = 'Continue'
    & dotnet $Arguments 2>&1 | ForEach-Object { "$_" }
}

if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    Fail "there is no 'dotnet' on the PATH. Install the .NET 10 SDK: https://dot.net/download"
}

# The SDK that global.json asks for: without it nothing can be restored or built, and for no reason of NUKE's.
function Assert-Sdk {
    Push-Location $root
    try { $log = Invoke-Dotnet '--version' } finally { Pop-Location }
    if ($LASTEXITCODE -ne 0) { $log | ForEach-Object { Say $_ }; Fail 'the .NET SDK that global.json asks for is not installed: https://dot.net/download' }
}

# Which engine the build runs on: what the caller says, else what was found out before, else NUKE's packages if they restore.
function Select-Engine {
    if ($env:NUKE_ENGINE -cin 'Package', 'Offline') { return $env:NUKE_ENGINE }
    if ($env:NUKE_ENGINE) { Fail "NUKE_ENGINE is '$($env:NUKE_ENGINE)'; it can be Package or Offline." }
    $file = Join-Path $temp 'engine'
    $remembered = if (Test-Path $file) { "$(Get-Content $file -Raw)".Trim() } else { '' }
    if ($remembered -cin 'Package', 'Offline') { return $remembered }
    if ($remembered) { Fail "$file holds '$remembered'; it can hold Package or Offline. Remove it, and the choice is made anew." }

    Assert-Sdk
    Say "Looking for NUKE's packages ..."
    New-Item -ItemType Directory -Force $temp | Out-Null
    $log = Invoke-Dotnet 'restore', $project, '-p:NukeEngine=Package', '--verbosity', 'quiet'
    if ($LASTEXITCODE -eq 0) {
        $choice = 'Package'
        Say "Engine: NUKE's own packages."
    } elseif (@($log) -match 'NU110[123].*Nuke\.' -and -not (@($log) -match 'NU1301')) { # NU1301: a source did not answer
        $choice = 'Offline'
        Say "Engine: src/Nuke.Offline, because this machine's package sources do not carry NUKE (NUKE_ENGINE=Package insists on it)."
    } else {
        # The network may be back the next time. What this run starts, such as the tests, has to choose the same.
        $env:NUKE_ENGINE = 'Offline'
        @($log) -match 'error' | Select-Object -First 1 | ForEach-Object { Say $_ }
        Say "Engine: src/Nuke.Offline for this time, because NUKE's packages could not be restored (NUKE_ENGINE=Package insists on them)."
        return 'Offline'
    }
    Set-Content -NoNewline -Path $file -Value $choice
    return $choice
}

# True when nothing that the build is made of is newer than the last build of it.
function Test-Current([string] $engine) {
    if (-not ((Test-Path $assembly) -and (Test-Path $stamp)) -or (Get-Content $stamp -Raw).Trim() -ne $engine) { return $false }
    $since = (Get-Item $stamp).LastWriteTimeUtc
    $sources = 'build', 'src/Acci.Components', 'src/Acci.Delivery', 'src/Acci.Settings', 'src/Nuke.Offline', 'Directory.Build.props', 'Directory.Packages.props', 'global.json'
    $newer = $sources | ForEach-Object { Get-Item (Join-Path $root $_); Get-ChildItem (Join-Path $root $_) -Recurse -ErrorAction SilentlyContinue } |
        Where-Object { $_.FullName.Substring($root.Length) -notmatch '[\\/](bin|obj)([\\/]|$)' -and $_.LastWriteTimeUtc -gt $since } | Select-Object -First 1
    return $null -eq $newer
}

$chosenByCaller = $env:NUKE_ENGINE
$entered = $false
try {
    $engine = Select-Engine
    if (-not (Test-Current $engine)) {
        Assert-Sdk
        Remove-Item $stamp -ErrorAction SilentlyContinue
        # The folders a first build would make, so that making them does not count as a change.
        $folders = 'build', 'src/Acci.Components', 'src/Acci.Delivery', 'src/Acci.Settings', 'src/Nuke.Offline' | ForEach-Object { "$root/$_/bin", "$root/$_/obj" }
        New-Item -ItemType Directory -Force (@($temp) + $folders) | Out-Null
        # Dated from before the build, so that what was edited meanwhile is built the next time.
        $started = [DateTime]::UtcNow
        if (-not (Test-Path $assembly)) { Say 'Building the build; this happens once ...' }
        $log = Invoke-Dotnet 'build', $project, '--configuration', 'Debug', "-p:NukeEngine=$engine", '-nodeReuse:false', '--verbosity', 'quiet', '-clp:ErrorsOnly;NoSummary'
        if ($LASTEXITCODE -ne 0) { $log | ForEach-Object { Say $_ }; Fail "the build itself does not compile (engine: $engine)." }
        Set-Content -NoNewline -Path $stamp -Value $engine
        (Get-Item $stamp).LastWriteTimeUtc = $started
    }

    # The engine takes the repository it is started in for the one to build.
    $separator = [IO.Path]::DirectorySeparatorChar
    $entered = -not "$((Get-Location).ProviderPath)$separator".StartsWith("$root$separator", [StringComparison]::OrdinalIgnoreCase)
    if ($entered) { Push-Location $root }
    & dotnet $assembly $BuildArguments
    exit $LASTEXITCODE
} finally {
    # The caller may be a session that goes on.
    if ($entered) { Pop-Location }
    $env:NUKE_ENGINE = $chosenByCaller
}
