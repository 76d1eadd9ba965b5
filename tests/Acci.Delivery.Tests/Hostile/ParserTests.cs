using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Delivery.Engines;
using Acci.Delivery.GitHub;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Pruning;
using Acci.Delivery.Registries;
using Acci.Delivery.Sarif;
using Acci.Delivery.Scanning;
using Acci.Delivery.Signing;
using Acci.Delivery.Tests.Sarif;
using Acci.Delivery.Tests.Signing;
using Acci.Generation.Workflows;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Testing;
using Acci.Testing.Hostile;

namespace Acci.Delivery.Tests.Hostile;

/// <summary>Whatever a text, a file or a record holds: it is read, or refused in a sentence.</summary>
[Collection(nameof(LargeReportTests.Alone))]
public sealed class ParserTests : IDisposable
{
    private const int Argument = 128 * 1024;
    private const int Megabyte = 1024 * 1024;
    private static readonly string Sha = $"sha256:{new string('a', 64)}";

    private readonly ParserTrials _trials = new();

    public void Dispose() => _trials.Dispose();

    [Fact]
    public void Texts_that_people_type_are_read_or_refused()
    {
        _trials.OfText("image reference", Megabyte, text => ImageReference.Parse(text).Normalize(), "ghcr.io/owner/app:1.2.3", $"127.0.0.1:5000/a/b-c__d@{Sha}", "postgres");
        _trials.OfText("platform", Megabyte, text => Platform.Parse(text), "linux/amd64", "linux/arm/v7");
        _trials.OfText("image names", Argument, text => ImageNames.Parse(text), "ghcr.io/owner/app", "name=owner/app,enable=false");
        _trials.OfText(
            "tag rules", Argument, text => TagRules.ParseList(text).Apply(Facts),
            "type=semver,pattern={{version}},value=v1.2.3;type=ref,event=branch", "type=match,\"pattern=v(\\d{1,3})\",group=1", "type=raw,value={{date 'YYYYMMDD' tz='Europe/Berlin'}}-{{sha}},enable={{is_default_branch}}",
            "type=schedule,pattern=nightly\ntype=sha,format=long,prefix=git-,priority=7\ntype=edge,branch=main");
        _trials.OfText("tag template", Argument, text => new TagRules { Rules = [TagRule.Raw(TagTemplate.Parse(text))] }.Apply(Facts), "{{branch}}-{{sha}}", "{{date 'YYYY [week] ww' tz='UTC'}}", "{{!-- no --}}{{{tag}}}\\{{");
        _trials.OfText("tags to keep", Argument, text => TagPattern.Parse(text).Matches("v1.2.3-rc.1"), "v*", @"/^v?\d+(\.\d+){0,2}$/i");
        _trials.OfText("git remote", Megabyte, text => GitHubRepository.OfRemote(text, "github.com"), "git@github.com:owner/name.git", "https://user:token@github.com/owner/name.git/", "ssh://git@github.com:22/owner/name");
        _trials.OfText("package URL", Megabyte, PackageUrl.TryParse, "pkg:oci/acci@sha256:00?repository_url=ghcr.io/o/acci&tag=1", "pkg:npm/%40angular/core@1.0.0#lib");
        _trials.OfText("path pattern", Megabyte, text => PathPattern.TryParse(text)?.Matches("usr/lib/a.so"), "app/**/*.json", "usr/lib/{a,b}/[a-z]*");
        _trials.OfText("text for a console", Megabyte, text => SafeText.Lines(text) + SafeText.Terminal(text) + SafeText.Markdown(text) + SafeText.Link(text), "a \u001b[31mred\u001b[0m ::add-mask::x\n##[group]", "https://example.com/(a)");
        _trials.OfText("text with secrets", Megabyte, Redaction.Redact, "https://user:password@example.com/a?b=c", "Bearer abc");
        End();
    }

    [Fact]
    public void Files_that_people_write_or_other_tools_are_read_or_refused()
    {
        _trials.OfFile("ignore file, YAML", "hostile.yaml", IgnoreFile.Read, """
            vulnerabilities:
              - id: CVE-2026-0001
                paths: [ "app/**/*.json", "usr/lib/{a,b}/[a-z]*" ]
                purls:
                  - pkg:deb/debian/openssl@3.0.15
                expired_at: 2031-12-31
                statement: |
                  No path
              - { id: CVE-2026-0002 }
            secrets:
            licenses: []
            """);
        _trials.OfFile("ignore file, lines", ".hostileignore", IgnoreFile.Read, "# why\nCVE-2026-0001 exp:2031-12-31\nCVE-2026-0002 # no path\n");
        _trials.OfFile("OpenVEX", "hostile.json", VexDocument.Read, """
            { "@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-01-01T00:00:00Z", "statements": [
              { "vulnerability": { "name": "CVE-1", "aliases": [ "GHSA-1" ] }, "products": [ { "@id": "pkg:oci/acci", "subcomponents": [ { "@id": "pkg:deb/debian/openssl" } ] } ], "status": "not_affected" },
              { "vulnerability": "CVE-2", "timestamp": "2026-01-02T00:00:00Z", "products": [ "pkg:deb/debian/openssl", { "identifiers": { "purl": "pkg:npm/a" } } ], "status": "affected" } ] }
            """);
        _trials.OfFile("CycloneDX VEX", "hostile.json", VexDocument.Read, """
            { "bomFormat": "CycloneDX", "metadata": { "timestamp": "2026-01-01T00:00:00Z", "component": { "bom-ref": "image", "purl": "pkg:oci/acci" } },
              "components": [ { "components": [ { "bom-ref": "inner", "purl": "pkg:deb/debian/openssl" } ] } ],
              "vulnerabilities": [ { "id": "CVE-1", "analysis": { "state": "not_affected", "detail": "why" }, "affects": [ { "ref": "inner" } ] } ] }
            """);
        _trials.OfFile("Trivy report", "hostile.json", file => TrivyReport.Read(file).Findings(), TrivyStandIn.Report([TrivyStandIn.Vulnerability("CVE-1", "HIGH")], [new { RuleID = "key", Title = "a key", Severity = "CRITICAL", StartLine = 7 }]));
        _trials.OfFile("SARIF", "hostile.sarif", file => Analysis.Merge([SarifReader.Read(file, _ => { })], _ => { }).Count, """
            { "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "t", "rules": [ { "id": "r", "defaultConfiguration": { "level": "warning" } } ] } },
              "results": [ { "ruleId": "r", "ruleIndex": 0, "level": "error", "message": { "text": "found" },
                "locations": [ { "physicalLocation": { "artifactLocation": { "uri": "a.cs" }, "region": { "startLine": 1 } } } ], "partialFingerprints": { "a": "b" } } ] } ] }
            """);
        _trials.OfFile("lock file of images", "hostile.lock.json", file => ImageLocks.Read(file).All, $$"""{ "docker.io/library/postgres:17": "{{Sha}}", "alpine:3": null }""");
        _trials.OfFile("lock file of tools", "hostile.lock.json", ToolLocks.Read, $$"""
            { "trivy": { "version": "0.70.0", "checksums": "https://example.com/c", "image": "ghcr.io/a/trivy@{{Sha}}", "archives": { "linux/amd64": { "url": "https://example.com/t.tar.gz", "sha256": "{{Sha[7..]}}" } } } }
            """);
        _trials.OfFile("lock file of actions", "hostile.lock.json", ActionLocks.Read, $$"""{ "actions/checkout": { "version": "v5.0.0", "commit": "{{Sha[7..47]}}" }, "docker/login-action": null }""");
        _trials.OfFile("docker's config.json", "config.json", file => Read(ConfigIn(file).FindAsync("ghcr.io")), """
            { "auths": { "https://index.docker.io/v1/": {}, "ghcr.io": { "auth": "YWRhOnNlc2FtZQ==", "identitytoken": "t" } }, "credHelpers": { "example.com": "none-of-that-name" }, "cliPluginsExtraDirs": [ "/a" ] }
            """);
        _trials.OfFile("docker's config.json, added to", "config.json", AddLogin, """
            { "auths": { "ghcr.io": { "auth": "YWRhOnNlc2FtZQ==" } }, "credHelpers": { "example.com": "none-of-that-name" }, "cliPluginsExtraDirs": [ "/a" ] }
            """);
        _trials.OfFile("event of GitHub", "event.json", file => (GitHubFacts.Read(Event(file), Now), AnalysisTarget.IsForkPullRequest(Event(file))), """
            { "number": 7, "base_ref": "refs/heads/main", "commits": [ { "id": "abc", "timestamp": "2026-01-01T00:00:00Z" } ], "head_commit": { "id": "abc", "timestamp": "2026-01-01T00:00:00+02:00" },
              "pull_request": { "head": { "sha": "abc", "repo": { "full_name": "o/n" } }, "base": { "ref": "main" } },
              "repository": { "name": "n", "full_name": "o/n", "html_url": "https://github.com/o/n", "license": { "spdx_id": "MIT" }, "default_branch": "main" } }
            """);
        End();
    }

    [Fact]
    public void Records_and_layouts_are_read_or_refused()
    {
        var publish = $$"""
            { "format": 1, "image": "acci", "digest": "{{Sha}}", "repository": "ghcr.io/o/acci", "version": "1.2.3", "revision": "abc",
              "platforms": [ { "platform": "linux/amd64", "digest": "{{Sha}}", "size": 7 } ], "standIns": [], "signer": "key", "tags": [ "1" ], "tagsLeft": [ "latest: newer" ],
              "steps": { "push": { "at": "2026-01-01T00:00:00+00:00", "seconds": 1.5, "result": "done" } } }
            """;
        var scan = $$"""
            { "format": 1, "image": "acci", "repository": "ghcr.io/o/acci", "digest": "{{Sha}}", "revision": "", "version": "", "scannedAt": "2026-01-01T00:00:00+00:00", "scanner": "Trivy 0.70.0",
              "platforms": [ { "platform": "linux/amd64", "digest": "{{Sha}}", "report": "{{Sha}}" } ] }
            """;
        _trials.OfFile("publish record", "acci.json", file => PublishRecord.Read(file), Encoding.UTF8.GetString(WithChecksum(Encoding.UTF8.GetBytes(publish))));
        _trials.OfFile("publish record, checksum right", "acci.json", WithChecksum, PublishRecord.Read, publish);
        _trials.OfFile("scan record, checksum right", "scan.json", WithChecksum, file => ScanRecord.Read(Path.GetDirectoryName(file)!), scan);

        var index = $$"""
            { "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "annotations": { "a": "b" }, "manifests": [
              { "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "{{Sha}}", "size": 7, "platform": { "os": "linux", "architecture": "arm", "variant": "v7" }, "annotations": { "vnd.docker.reference.type": "x" } } ],
              "subject": { "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "{{Sha}}", "size": 7 } }
            """;
        var image = $$"""
            { "schemaVersion": 2, "artifactType": "a/b", "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": "{{Sha}}", "size": 7 },
              "layers": [ { "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "{{Sha}}", "size": 7, "annotations": { "a": "b" } } ], "annotations": { "a": "b" } }
            """;
        _trials.OfBytes("manifest", Megabyte, bytes => Manifest.Parse(bytes, null, "it"), index, image);
        _trials.OfFile("index.json of a layout", "index.json", file => OpenLayout(file, "oci-layout", """{"imageLayoutVersion":"1.0.0"}"""), index);
        _trials.OfFile("oci-layout", "oci-layout", file => OpenLayout(file, "index.json", index), """{"imageLayoutVersion":"1.0.0"}""");
        End();
    }

    [Fact]
    public void What_signs_logs_in_and_builds_is_read_or_refused()
    {
        var certificate = new ForgedCertificate("https://github.com/o/n/.github/workflows/w.yml@refs/heads/main", "o/n", "refs/heads/main", "https://token.actions.githubusercontent.com").ToBytes();
        var statement = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""
            { "_type": "https://in-toto.io/Statement/v1", "subject": [ { "digest": { "sha256": "{{Sha[7..]}}" } } ], "predicateType": "https://slsa.dev/provenance/v1", "predicate": { "buildType": "b" } }
            """));
        var envelope = $$"""{ "payloadType": "application/vnd.in-toto+json", "payload": "{{statement}}", "signatures": [ { "sig": "AAAA" } ] }""";
        var bundle = $$"""
            { "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": {{envelope}},
              "verificationMaterial": { "certificate": { "rawBytes": "{{Convert.ToBase64String(certificate)}}" } } }
            """;
        var withKey = $$"""{ "dsseEnvelope": {{envelope}}, "verificationMaterial": { "publicKey": { "hint": "AAAA" } } }""";
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _trials.OfBytes("bundle", Megabyte, bytes => (SigstoreBundle.Read(bytes), SigstoreBundle.Read(bytes)?.ReadStatement()?.Subjects), bundle, withKey);
        _trials.OfBytes("certificate", Megabyte, WorkflowCertificate.Read, PemEncoding.WriteString("CERTIFICATE", certificate));
        _trials.OfText("attestations that cosign prints", Megabyte, text => VerifiedStatement.ReadAll(text).Select(x => x.Subjects).ToList(), envelope);
        _trials.OfFile("public key", "hostile.pub", PublicKeyFile.Read, key.ExportSubjectPublicKeyInfoPem() + "\n");
        _trials.OfText("DOCKER_AUTH_CONFIG", Argument, text => DockerLogins.SecretsIn(text).Count(), """{ "auths": { "ghcr.io": { "auth": "YWRhOnNlc2FtZQ==", "identitytoken": "t" } } }""");
        _trials.OfText("workflow", Megabyte, text => WorkflowYaml.IsCallable("hostile.yml", text), "on: { workflow_call: {} }\njobs:\n  a: &a { runs-on: ubuntu-latest }\n  b: *a\n");
        _trials.OfText(
            "Dockerfile", Megabyte, text => DockerfileStages.Parse(text.Split('\n'), new Dictionary<string, string>()).ImagesOf(Platform.LinuxAmd64, null).ToList(),
            "ARG BASE=alpine:3\nFROM --platform=$BUILDPLATFORM ${BASE:-x} AS build\nRUN --mount=type=bind,from=busybox:1,target=/b cat <<EOF\nFROM none\nEOF\nFROM build\nCOPY --from=nginx:1 /a /b\n");
        End();
    }

    private static DateTimeOffset Now => new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private static BuildFacts Facts => new() { EventName = "push", Ref = "refs/tags/v1.2.3", Sha = "abcdef0123456789", Now = Now, Repository = new RepositoryFacts { DefaultBranch = "main" } };

    private static Dictionary<string, string> Event(string file) => new()
    {
        ["GITHUB_EVENT_PATH"] = file, ["GITHUB_EVENT_NAME"] = "pull_request_target", ["GITHUB_SHA"] = "abc", ["DOCKER_METADATA_PR_HEAD_SHA"] = "true",
    };

    private void End()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(_trials.Table);
        Assert.True(_trials.Faults.Count == 0, string.Join('\n', _trials.Faults));
    }

    private static T Read<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

    private static DockerConfig ConfigIn(string file) =>
        new(ProcessEnvironment.Empty.With(("DOCKER_CONFIG", Path.GetDirectoryName(file)!))) { Warn = _ => { } };

    private static string AddLogin(string file)
    {
        using var login = new TemporaryLogin("ghcr.io", new Oci.Registries.Credentials("ada", "s3cr3t", "a test"), Path.GetDirectoryName(file));
        return login.Folder;
    }

    private static Descriptor OpenLayout(string file, string other, string content)
    {
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(file)!, other), content);
        return OciLayout.OpenAsync(Path.GetDirectoryName(file)!).GetAwaiter().GetResult().Root;
    }

    // As someone forges it who reads our sources.
    private static byte[] WithChecksum(byte[] record)
    {
        try
        {
            if (JsonNode.Parse(record) is not JsonObject content) return record;
            content["checksum"] = Digest.Of(Encoding.UTF8.GetBytes(content.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))).ToString();
            return Encoding.UTF8.GetBytes(content.ToJsonString());
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            return record;
        }
    }
}
