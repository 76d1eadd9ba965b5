# Writes an in-toto statement with an SPDX 2.3 document from tab-separated lines, see bill-of-materials.sh.
# SPDX 2.3: https://spdx.github.io/spdx-spec/v2.3/   package URLs: https://github.com/package-url/purl-spec

function text(value) {
  gsub(/\\/, "\\\\", value)
  gsub(/"/, "\\\"", value)
  gsub(/[\001-\037]/, "?", value)
  return "\"" value "\""
}

# Package URLs escape what has a meaning in them; versions of Debian packages have such characters.
function escaped(value) {
  gsub(/%/, "%25", value)
  gsub(/\+/, "%2B", value)
  gsub(/:/, "%3A", value)
  return value
}

function identifier(kind, value) {
  gsub(/[^A-Za-z0-9.-]/, "-", value)
  return "SPDXRef-" kind "-" ++count "-" value
}

function package(kind, name, version, purl,   id) {
  id = identifier(kind, name)
  packages = packages ",{\"SPDXID\":" text(id) ",\"name\":" text(name) ",\"versionInfo\":" text(version) \
    ",\"downloadLocation\":\"NOASSERTION\",\"filesAnalyzed\":false,\"licenseConcluded\":\"NOASSERTION\",\"licenseDeclared\":\"NOASSERTION\",\"copyrightText\":\"NOASSERTION\"" \
    ",\"externalRefs\":[{\"referenceCategory\":\"PACKAGE-MANAGER\",\"referenceType\":\"purl\",\"referenceLocator\":" text(purl) "}]}"
  contains(id)
}

function contains(id) {
  relationships = relationships ",{\"spdxElementId\":\"SPDXRef-Image\",\"relationshipType\":\"CONTAINS\",\"relatedSpdxElement\":" text(id) "}"
}

$1 == "deb" { package("Deb", $2, $3, "pkg:deb/debian/" escaped($2) "@" escaped($3) "?arch=" $4) }
$1 == "nuget" { package("NuGet", $2, $3, "pkg:nuget/" $2 "@" escaped($3)) }
$1 == "file" {
  id = identifier("File", $2)
  files = files ",{\"SPDXID\":" text(id) ",\"fileName\":" text("./" $2) ",\"checksums\":[{\"algorithm\":\"SHA1\",\"checksumValue\":\"" $3 \
    "\"},{\"algorithm\":\"SHA256\",\"checksumValue\":\"" $4 "\"}],\"licenseConcluded\":\"NOASSERTION\",\"licenseInfoInFiles\":[\"NOASSERTION\"],\"copyrightText\":\"NOASSERTION\"}"
  contains(id)
}

END {
  printf "{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"predicateType\":\"https://spdx.dev/Document\",\"subject\":[],\"predicate\":{"
  printf "\"spdxVersion\":\"SPDX-2.3\",\"dataLicense\":\"CC0-1.0\",\"SPDXID\":\"SPDXRef-DOCUMENT\",\"name\":%s,", text(name)
  printf "\"documentNamespace\":\"urn:uuid:%s\",\"creationInfo\":{\"created\":\"%s\",\"creators\":[\"Tool: acci\"]},", uuid, created
  printf "\"packages\":[{\"SPDXID\":\"SPDXRef-Image\",\"name\":%s,\"downloadLocation\":\"NOASSERTION\",\"filesAnalyzed\":false,\"primaryPackagePurpose\":\"CONTAINER\",\"licenseConcluded\":\"NOASSERTION\",\"licenseDeclared\":\"NOASSERTION\",\"copyrightText\":\"NOASSERTION\"}%s],", text(name), packages
  printf "\"files\":[%s],", substr(files, 2)
  printf "\"relationships\":[{\"spdxElementId\":\"SPDXRef-DOCUMENT\",\"relationshipType\":\"DESCRIBES\",\"relatedSpdxElement\":\"SPDXRef-Image\"}%s]}}\n", relationships
}
