# Builds the build if it changed, then runs it: .\build.ps1 [targets] [--parameter value ...]
# No parameters are declared: PowerShell would add its own, and take -Verbose or -Debug for itself.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

$root = $PSScriptRoot
$temp = Join-Path $root '.nuke/temp'
$project = Join-Path $root 'build/_build.csproj'
$assembly = Join-Path $root 'build/bin/Debug/_build.dll'
$builtEngine = Join-Path $root 'build/bin/Debug/engine' # written by the project, whoever builds it
$stamp = Join-Path $temp 'built'

function Say([string] $message) { [Console]::Error.WriteLine($message) }
function Fail([string] $message) { Say "error: $message"; exit 1 }

# The caller may be a session that goes on: what is set here is put back in the end.
$before = @{}
function Set-Environment([string] $name, [string] $value) {
    if (-not $before.ContainsKey($name)) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
    [Environment]::SetEnvironmentVariable($name, $value)
}

# An argument as text: a number is what was typed, such as 1.10 or 007.
function ConvertTo-Text([string] $argument) { $argument }

# The list a,b as it was typed. A number in a list is found again in what was typed: here it is 1.1 or 7 already.
function Join-List([object[]] $list) {
    $typed = $literals | Where-Object {
        $elements = $_.Elements
        $elements.Count -eq $list.Count -and -not (0..($list.Count - 1) | Where-Object {
            $elements[$_] -is [Management.Automation.Language.ConstantExpressionAst] -and -not [object]::Equals($elements[$_].Value, $list[$_]) })
    } | Select-Object -First 1
    $texts = for ($index = 0; $index -lt $list.Count; $index++) {
        if ($typed -and $list[$index] -isnot [string] -and $typed.Elements[$index] -is [Management.Automation.Language.ConstantExpressionAst]) { $typed.Elements[$index].Extent.Text }
        else { ConvertTo-Text $list[$index] }
    }
    $texts -join ','
}

# The names of the variables that are secrets: of the build's secret parameters, in any spelling, of what runners and tools know, and the one that has the signing
# key (env://NAME). Not those that the NuGet configuration takes passwords from.
function Get-SecretVariable {
    $secrets = @('RegistryToken', 'SigningKey', 'SigningPassword', 'GithubToken', 'GhToken', 'GithubEnterpriseToken', 'GhEnterpriseToken', 'CrPat', 'ActionsIdTokenRequestToken',
        'ActionsRuntimeToken', 'SigstoreIdToken', 'CosignPassword', 'CosignPrivateKey', 'CosignPkcs11Pin', 'CosignIdentityToken', 'CosignRegistryPassword', 'CosignRegistryToken',
        'DockerAuthConfig', 'DockerContentTrustRootPassphrase', 'DockerContentTrustRepositoryPassphrase', 'TrivyPassword', 'TrivyRegistryToken', 'TrivyToken',
        'TrivyGithubToken', 'VaultToken', 'GitlabToken', 'AzureClientSecret', 'AzureClientCertificatePassword', 'AzurePassword')
    $schema = Join-Path $root '.nuke/build.schema.json'
    if (Test-Path -LiteralPath $schema) {
        foreach ($line in [IO.File]::ReadAllLines($schema)) {
            if ($line -match '^ *"([A-Za-z0-9]+)": *\{') { $name = $Matches[1] } elseif ($line -match '"default": "Secrets must be entered') { $secrets += $name }
        }
    }
    $sources = "$(Get-ChildItem -LiteralPath $root -Filter 'nuget.config' -ErrorAction Ignore | ForEach-Object { [IO.File]::ReadAllText($_.FullName) })"
    $variables = [Environment]::GetEnvironmentVariables()
    $texts = @($script:arguments) + @($variables.Keys | Where-Object { ($_ -replace '[^A-Za-z0-9]' -replace '^NUKE') -eq 'SigningKey' } | ForEach-Object { $variables[$_] }) +
        @(Get-ChildItem -LiteralPath (Join-Path $root '.nuke') -Filter 'parameters*.json' -ErrorAction Ignore | ForEach-Object { [IO.File]::ReadAllText($_.FullName) })
    $keys = @([regex]::Matches("$texts", 'env://([A-Za-z_][A-Za-z0-9_]*)') | ForEach-Object { $_.Groups[1].Value })
    foreach ($variable in @($variables.Keys)) {
        $name = $variable -replace '[^A-Za-z0-9]', ''
        $isSecret = $name -in $secrets -or ($name -replace '^NUKE', '') -in $secrets -or $variable -in $keys -or $name -match '^PARAMS.*KEY$'
        if ($isSecret -and -not $sources.Contains("%$variable%")) { $variable }
    }
}

# What a package source writes into dotnet's messages is for people alone: nothing for the terminal, no command to the runner of a pipeline, no login in an address.
function Get-Harmless([string] $line) {
    $line -replace '(\x1b\[|\x9b)[0-9;?]*[A-Za-z]' -replace '[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]' -replace '://[^/@\s]*@', '://***@' -replace '^(\s*)::', '$1: :' -replace '#(?=#)', '# '
}

# What dotnet says, as text; its exit code is in $LASTEXITCODE. To Windows PowerShell a line on standard error is an error, and ends the script.
# What compiles the build needs none of its secrets; the build itself gets them afterwards.
function Invoke-Dotnet([string[]] $Arguments) {
    $ErrorActionPreference = 'Continue'
    $withheld = @{}
    foreach ($name in Get-SecretVariable) { $withheld[$name] = [Environment]::GetEnvironmentVariable($name) }
    try {
        foreach ($name in $withheld.Keys) { [Environment]::SetEnvironmentVariable($name, [NullString]::Value) }
        & dotnet $Arguments 2>&1 | ForEach-Object { Get-Harmless "$_" }
    } finally {
        foreach ($name in $withheld.Keys) { [Environment]::SetEnvironmentVariable($name, $withheld[$name]) }
    }
}

# Runs the build. Before 7.3 PowerShell loses quotes and empty arguments on the way to a program, so there the whole command line is put together here.
function Invoke-Build([string[]] $arguments) {
    if ((Get-Variable PSNativeCommandArgumentPassing -ValueOnly -ErrorAction Ignore) -in 'Standard', 'Windows') {
        & dotnet $arguments
    } else {
        Set-Environment 'BUILD_COMMAND_LINE' (($arguments | ForEach-Object { '"' + ($_ -replace '(\\*)"', '$1$1\"' -replace '(\\+)$', '$1$1') + '"' }) -join ' ')
        & dotnet --% %BUILD_COMMAND_LINE%
    }
}

# The SDK that global.json asks for: without it nothing can be restored or built, and for no reason of NUKE's.
function Assert-Sdk {
    Push-Location -LiteralPath $root
    try { $log = Invoke-Dotnet '--version' } finally { Pop-Location }
    if ($LASTEXITCODE -ne 0) { $log | ForEach-Object { Say $_ }; Fail 'the .NET SDK that global.json asks for is not installed: https://dot.net/download' }
}

# Nobody watches there, so that nothing may become another by itself.
function Test-CI {
    $value = $env:CI, $env:GITHUB_ACTIONS, $env:TF_BUILD | Where-Object { $_ } | Select-Object -First 1
    return $value -and $value -notin 'false', '0'
}

# NuGet's messages of a kind whose codes and texts match, each once, without the projects they are about.
function Get-Message([string] $kind, [string] $pattern, [string[]] $log) {
    $log | Where-Object { $_ -cmatch "^.*: $kind ($pattern)" } | ForEach-Object { $Matches[1] -replace ' \[[^\[]*\]$' } | Select-Object -Unique
}

# The one line that says that it is not NUKE's own packages, and why; on GitHub the run carries it as a warning.
function Say-Offline([string] $rest) {
    $line = "Engine: src/Nuke.Offline$rest"
    if ($env:GITHUB_ACTIONS -eq 'true') { $line = "::warning::$($line -replace '%', '%25')" }
    Say $line
}

# Which engine the build runs on: what the caller says, else what was found out before, else NUKE's packages if they restore.
function Select-Engine {
    if ($env:NUKE_ENGINE -cin 'Package', 'Offline') { return $env:NUKE_ENGINE }
    if ($env:NUKE_ENGINE) { Fail "NUKE_ENGINE is '$($env:NUKE_ENGINE)'; it can be Package or Offline." }
    $remembered = if (Test-Path -LiteralPath $engineFile) { [IO.File]::ReadAllText($engineFile).Trim() } else { '' }
    if ($remembered -cin 'Package', 'Offline') { return $remembered }
    if ($remembered) { Fail "$engineFile holds '$remembered'; it can hold Package or Offline. Remove it, and the choice is made anew." }

    Assert-Sdk
    Say "Looking for NUKE's packages ..."
    [void][IO.Directory]::CreateDirectory($temp)
    $log = @(Invoke-Dotnet 'restore', $project, '-p:NukeEngine=Package', '--verbosity', 'quiet')
    if ($LASTEXITCODE -eq 0) {
        Say "Engine: NUKE's own packages."
        Get-Message 'warning' 'NU16.*' $log | ForEach-Object { Say $_ } # a source has other versions than those that are asked for
        [IO.File]::WriteAllText($engineFile, 'Package')
        return 'Package'
    }

    $missing = @(Get-Message 'error' 'NU110[0-3]: .*' $log)
    if ($missing -and -not ($log -match 'NU1301')) { # NU1301: a source did not answer
        $reason = @(@($missing -match 'Nuke\.') + $missing)[0]
        Say-Offline ", because this machine's package sources do not carry all of NUKE's packages: $reason (NUKE_ENGINE=Package insists on them)"
        $script:found = 'Offline'
        return 'Offline'
    }

    $reason = @(@(Get-Message 'error' 'NU1301: .*' $log) + @(Get-Message 'error' '.*' $log) + $log + '')[0].TrimEnd('.')
    if (Test-CI) {
        Fail "NUKE's packages could not be restored: $reason. In CI the build takes no other engine by itself; NUKE_ENGINE=Offline runs it on src/Nuke.Offline."
    }
    # The network may be back the next time. What this run starts, such as the tests, has to choose the same.
    Set-Environment 'NUKE_ENGINE' 'Offline'
    Say-Offline " for this time, because NUKE's packages could not be restored: $reason (NUKE_ENGINE=Package insists on them)"
    return 'Offline'
}

# True when the assembly is this engine's, and nothing that the build is made of is newer than the last build of it.
function Test-Current([string] $engine) {
    foreach ($file in $assembly, $stamp, $builtEngine) { if (-not (Test-Path -LiteralPath $file)) { return $false } }
    if ([IO.File]::ReadAllText($builtEngine).Trim() -cne $engine) { return $false }
    $since = (Get-Item -LiteralPath $stamp).LastWriteTimeUtc
    $files = @($sources | ForEach-Object { Get-Item -LiteralPath $_; Get-ChildItem -LiteralPath $_ -Recurse -ErrorAction SilentlyContinue }) +
        @(Get-ChildItem -LiteralPath $root -Filter 'Directory.*') + (Get-Item -LiteralPath (Join-Path $root 'global.json'))
    $newer = $files | Where-Object { $_.FullName.Substring($root.Length) -notmatch '[\\/](bin|obj)([\\/]|$)' -and $_.LastWriteTimeUtc -gt $since } | Select-Object -First 1
    return $null -eq $newer
}

$caller = Get-PSCallStack | Select-Object -Skip 1 -First 1
$literals = @(if ($caller) {
    [Management.Automation.Language.Parser]::ParseInput("$($caller.Position.Text)", [ref] $null, [ref] $null).FindAll({ $args[0] -is [Management.Automation.Language.ArrayLiteralAst] }, $true)
})
$arguments = @(foreach ($argument in $args) { if ($argument -is [Collections.IList]) { Join-List $argument } elseif ($null -ne $argument) { ConvertTo-Text $argument } })

$engineFile = Join-Path $temp 'engine'
# What the build is made of: all of it but the app.
$sources = @(Join-Path $root 'build') + @(Get-ChildItem -LiteralPath (Join-Path $root 'src') -Directory | Where-Object { $_.Name -cne 'Acci' } | ForEach-Object { $_.FullName })
$found = $null
$entered = $false
try {
    'DOTNET_NOLOGO', 'DOTNET_CLI_TELEMETRY_OPTOUT', 'NUKE_TELEMETRY_OPTOUT' | ForEach-Object { Set-Environment $_ '1' }
    # Switched off, as in some SDK images, it takes precedence over the projects, and generated files would be sorted in another way.
    if ($env:DOTNET_SYSTEM_GLOBALIZATION_INVARIANT -notin '1', 'true') { Set-Environment 'DOTNET_SYSTEM_GLOBALIZATION_INVARIANT' $null }
    # Where nobody has a home, as in some containers, the SDK still needs a folder of its own.
    if (-not ($env:HOME -or $env:USERPROFILE -or $env:DOTNET_CLI_HOME)) { Set-Environment 'DOTNET_CLI_HOME' (Join-Path $temp 'home') }
    if (-not (Get-Command dotnet -ErrorAction Ignore)) {
        # Where dotnet's own install scripts put it.
        $beside = @("$HOME/.dotnet") + @($env:LOCALAPPDATA | Where-Object { $_ } | ForEach-Object { "$_/Microsoft/dotnet" }) |
            Where-Object { (Test-Path -LiteralPath "$_/dotnet") -or (Test-Path -LiteralPath "$_/dotnet.exe") } | Select-Object -First 1
        if (-not $beside) { Fail "there is no 'dotnet' on the PATH. Install the .NET 10 SDK: https://dot.net/download" }
        Set-Environment 'PATH' "$beside$([IO.Path]::PathSeparator)$env:PATH"
    }

    $engine = Select-Engine
    if (-not (Test-Current $engine)) {
        Assert-Sdk
        Remove-Item -LiteralPath $stamp -ErrorAction SilentlyContinue
        # The folders a first build would make, so that making them does not count as a change.
        foreach ($folder in @($temp) + @($sources | ForEach-Object { "$_/bin", "$_/obj" })) { [void][IO.Directory]::CreateDirectory($folder) }
        # Dated from before the build, so that what was edited meanwhile is built the next time.
        $started = [DateTime]::UtcNow
        if (-not (Test-Path -LiteralPath $assembly)) { Say 'Building the build; this happens once ...' }
        $log = Invoke-Dotnet 'build', $project, '--configuration', 'Debug', "-p:NukeEngine=$engine", '-nodeReuse:false', '--verbosity', 'quiet', '-clp:ErrorsOnly;NoSummary'
        if ($LASTEXITCODE -ne 0) {
            $log | ForEach-Object { Say $_ }
            if ($engine -eq 'Package' -and (Get-Message 'error' 'NU1[13]0.*' $log)) { Fail "NUKE's packages do not restore; NUKE_ENGINE=Offline builds without them." }
            Fail "the build itself does not compile (engine: $engine)."
        }
        [IO.File]::WriteAllText($stamp, '')
        [IO.File]::SetLastWriteTimeUtc($stamp, $started)
    }
    # What does not compile on Offline either lacks more than NUKE, and nothing was found out.
    if ($found) { [IO.File]::WriteAllText($engineFile, $found) }

    # The engine takes the repository it is started in for the one to build.
    $separator = [IO.Path]::DirectorySeparatorChar
    $comparison = if ($separator -eq '\') { [StringComparison]::OrdinalIgnoreCase } else { [StringComparison]::Ordinal }
    $entered = -not "$((Get-Location).ProviderPath)$separator".StartsWith("$root$separator", $comparison)
    if ($entered) { Push-Location -LiteralPath $root }
    Invoke-Build (@($assembly) + $arguments)
    exit $LASTEXITCODE
} finally {
    if ($entered) { Pop-Location }
    foreach ($name in $before.Keys) { [Environment]::SetEnvironmentVariable($name, $before[$name]) }
}
