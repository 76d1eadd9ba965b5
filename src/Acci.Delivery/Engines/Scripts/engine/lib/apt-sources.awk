# Reads apt's source files, both the one-line format and deb822 stanzas, and prints `RANK URI [OPTIONS]` for every enabled
# binary source with the component main that may be a Debian archive. `suite` is the machine's own.

function rank(uri, name) {
  # The machine's own suite on something called debian is nearly always it; the rest is tried in order.
  return (name == suite ? 0 : 4) + (uri ~ /debian\/*$/ ? 0 : 2) + (uri ~ /linux\/debian\/*$/ ? 1 : 0)
}

function emit(uri, suites, components, options,   n, i, names) {
  if ((" " components " ") !~ / main /) return
  n = split(suites, names, /[ \t]+/)
  for (i = 1; i <= n; i++)
    if (names[i] == suite || names[i] ~ /^(stable|testing|unstable|sid|oldstable)$/) {
      if (!(uri in seen)) print rank(uri, names[i]), uri, options
      seen[uri] = 1
    }
}

function stanza(   n, i, uris, options) {
  if (("types" in field) && (" " field["types"] " ") ~ / deb / && tolower(field["enabled"]) !~ /^(no|false|0|off|disable)$/) {
    options = ""
    # An inline key has no file to name; the distribution's own keyring answers for it then.
    if (field["signed-by"] ~ /^\//) options = "signed-by=" field["signed-by"]
    if (tolower(field["trusted"]) ~ /^(yes|true|1)$/) options = options " trusted=yes"
    n = split(field["uris"], uris, /[ \t]+/)
    for (i = 1; i <= n; i++) if (uris[i] != "") emit(uris[i], field["suites"], field["components"], options)
  }
  delete field
  key = ""
}

FNR == 1 { stanza(); deb822 = FILENAME ~ /\.sources$/ }
/^[ \t]*#/ { next }

deb822 && /^[ \t\r]*$/ { stanza(); next }
deb822 && /^[ \t]/ { sub(/^[ \t]+/, ""); field[key] = field[key] " " $0; next }
deb822 {
  key = tolower(substr($0, 1, index($0, ":") - 1))
  value = substr($0, index($0, ":") + 1)
  gsub(/^[ \t]+|[ \t\r]+$/, "", value)
  field[key] = value
  next
}

$1 == "deb" {
  line = $0
  sub(/^[ \t]*deb[ \t]+/, "", line)
  sub(/[ \t]#.*$/, "", line)
  options = ""
  if (line ~ /^\[/) {
    n = split(substr(line, 2, index(line, "]") - 2), given, /[ \t]+/)
    for (i = 1; i <= n; i++) if (given[i] ~ /^(signed-by|trusted|allow-insecure)=/) options = options " " given[i]
    line = substr(line, index(line, "]") + 1)
  }
  n = split(line, word, /[ \t]+/)
  first = word[1] == "" ? 2 : 1
  components = ""
  for (i = first + 2; i <= n; i++) components = components " " word[i]
  emit(word[first], word[first + 1], components, options)
}

END { stanza() }
