/** Texts that people, caches, registries and clouds write. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { readAwsProfile } from "../../provider/login/aws/config-files.ts";
import { signedHeaders } from "../../provider/login/aws/signed-headers.ts";
import { retryAfterMs } from "../../provider/http/retry-after.ts";
import { redactUrl } from "../../provider/base/redact.ts";
import { parseLockArguments } from "../../provider/cli/lock/arguments.ts";
import { parseLock } from "../../provider/lock/read-lock.ts";
import { parseStrictJson } from "../../provider/lock/strict-json.ts";
import { CacheInfo } from "../../provider/formats/nix/cache-info.ts";
import { ContentAddress } from "../../provider/formats/nix/content-address.ts";
import { parseDrvName } from "../../provider/formats/nix/drv-name.ts";
import { NarHash } from "../../provider/formats/nix/nix-hash.ts";
import { nixbase32 } from "../../provider/formats/nix/nixbase32.ts";
import { isSignedBy, PublicKey } from "../../provider/formats/nix/signature.ts";
import { StorePath } from "../../provider/formats/nix/store-path.ts";
import { Digest } from "../../provider/formats/oci/digest.ts";
import { Reference, Repository } from "../../provider/formats/oci/reference.ts";
import { parseAuthFile } from "../../provider/login/auth-file.ts";
import { parseChallenges } from "../../provider/registry/challenge.ts";
import { resolveRedirect } from "../../provider/registry/resolve-redirect.ts";
import { ResourceState } from "../../provider/resource/state.ts";
import { LocalStoreUrl } from "../../provider/substituter/local-store-url.ts";
import { parseNetrc } from "../../provider/substituter/netrc.ts";
import { openSubstituter } from "../../provider/substituter/open.ts";
import { fuzz, text } from "../support/fuzz.ts";
import { REPOSITORY } from "../support/source-files.ts";

const golden = (file: string): string =>
  readFileSync(join(REPOSITORY, "test/golden", file), "utf8");
const DIGITS = "0c5b8vw40d1785j3dzijmhf7dd1iqy8c6vkl2bwshm2fynv1hy8z";
const HEX = "0123456789abcdef".repeat(4);
const PATH = "/nix/store/00000000000000000000000000000000-hello-2.12.1";
const KEY = "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=";

fuzz({
  name: "a nix-cache-info",
  seeds: ["StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 40\n"],
  read: text((each) => CacheInfo.parse(each)),
});
const LOCK = golden("lock/sample.lock.json");
fuzz({
  name: "a lock",
  seeds: [LOCK, LOCK.replace(/\s+/g, " "), golden("lock/format-2.lock.json")],
  read: text((each) => parseLock(each, "/srv/lix-image.lock.json")),
});
fuzz({
  name: "JSON",
  seeds: ['{"a":[1,-2.5e3,"x\\u00e9\\n",null,true],"b":{"c":[]}}', "[".repeat(70)],
  read: text(parseStrictJson),
});
fuzz({
  name: "a challenge",
  seeds: [
    'Bearer realm="https://auth.example.org/token",service="r",scope="repository:a/b:pull,push"',
    'Basic realm="a \\"b\\"", Bearer realm=x , Negotiate, Digest qop="auth,auth-int"',
  ],
  read: text(parseChallenges),
});
const FROM = new URL("https://registry.example.org/v2/acme/lix/tags/list?n=1000");
fuzz({
  name: "an address that a registry names",
  seeds: ["/v2/acme/lix/blobs/uploads/1?_state=a", "https://other.example.org:444/x", "//[::1]/"],
  read: text((each) =>
    resolveRedirect(each, { from: FROM, what: "upload address", label: "x" }, () =>
      Promise.resolve([]),
    ),
  ),
});
fuzz({
  name: "a docker config",
  seeds: [
    '{"auths":{"ghcr.io":{"auth":"dXNlcjpwYXNz"},"https://index.docker.io/v1/":{"identitytoken":"t"}},' +
      '"credHelpers":{"x.org":"osxkeychain"},"credsStore":"desktop","HttpHeaders":{"X-Meta-A":"b"}}',
  ],
  read: text((each) => parseAuthFile(each, "config.json")),
});
fuzz({
  name: "a netrc",
  seeds: [
    'machine a.org login "u v" password p\\"q\ndefault login anonymous password x\nmacdef init\ncd /\n\n# c\n',
  ],
  read: text(parseNetrc),
});
fuzz({
  name: "a reference",
  seeds: [
    `ghcr.io/acme/lix:1.2@sha256:${HEX}`,
    "http://[2001:db8::1]:5000/a/b__c:latest",
    "localhost:5000/x",
  ],
  read: text((each) => Repository.format(Reference.parse(each).repository)),
});
fuzz({
  name: "a public key, and a signature",
  seeds: [KEY],
  read: text((each) => {
    const signed = {
      storePath: StorePath.parse(PATH),
      narHash: NarHash.parse(`sha256:${HEX}`),
      narSize: 1,
      references: [],
    };
    isSignedBy({ ...signed, signatures: [each] }, [PublicKey.parse(KEY)]);
    return PublicKey.parse(each);
  }),
});
fuzz({ name: "nixbase32", seeds: [DIGITS], read: text((each) => nixbase32.decode(each)) });
fuzz({
  name: "a hash",
  seeds: [
    `sha256:${DIGITS}`,
    `sha256:${HEX}`,
    "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
  ],
  read: text((each) => NarHash.parse(each)),
});
fuzz({ name: "a digest", seeds: [`sha256:${HEX}`], read: text((each) => Digest.parse(each)) });
fuzz({
  name: "a content address",
  seeds: [`fixed:r:sha256:${DIGITS}`, `text:sha256:${HEX}`, `fixed:sha512:${HEX}${HEX}`],
  read: text((each) => ContentAddress.parse(each)),
});
fuzz({ name: "a store path", seeds: [PATH], read: text((each) => StorePath.parse(each)) });
fuzz({ name: "a derivation's name", seeds: ["hello-2.12.1-man"], read: text(parseDrvName) });
fuzz({
  name: "a cache's URL",
  seeds: [
    "https://cache.nixos.org?priority=10",
    "s3://bucket?region=eu-west-1&endpoint=minio.example.org&scheme=https&profile=p",
    "local?root=/mnt",
    "file:///srv/cache%20a",
  ],
  read: text((each) => openSubstituter(each)),
});
fuzz({
  name: "a local store's URL",
  seeds: ["local?root=/mnt&state=/x", "daemon", "/mnt"],
  read: text((each) => LocalStoreUrl.parse(each)),
});
fuzz({
  name: "a URL to be shown",
  seeds: ["https://user:pa%zzss@h:1/p?X-Amz-Signature=s#f", "HTTPS://t@h"],
  read: text(redactUrl),
});
fuzz({
  name: "a path that is signed for S3",
  seeds: ["/nar/a%20b/%C3%A9.nar.xz?x=1&y=%26", "/%zz"],
  read: text((each) => {
    const url = URL.parse(`./${each}`, FROM.href);
    if (url === null) return undefined;
    return signedHeaders(
      {
        method: "GET",
        url,
        headers: {},
        body: new Uint8Array(),
        region: "eu-west-1",
        service: "s3",
      },
      { accessKeyId: "A", secretAccessKey: "s" },
      new Date(0),
    );
  }),
});
fuzz({
  name: "a Retry-After",
  seeds: ["120", "Wed, 21 Oct 2026 07:28:00 GMT"],
  read: text((each) => retryAfterMs(each, 0)),
});
fuzz({
  name: "a state",
  seeds: [
    ResourceState.format({ lockSha256: HEX, layers: new Map(), listings: new Map() }),
    golden("state/v1.txt").trim(),
  ],
  read: text((each) => ResourceState.parse(each)),
});
fuzz({
  name: "what a lock was made by",
  seeds: [
    "--channel\nnixos-unstable\n--package\njq\n--priority\njq=3\n--cache\nhttps://c.org\n--lix\n2.93.3",
  ],
  read: text((each) => parseLockArguments(each.split("\n"), "/srv")),
});

const folder = await mkdtemp(join(tmpdir(), "lix-image-fuzz-"));
after(() => rm(folder, { recursive: true }));
const config = join(folder, "config");
fuzz({
  name: "an AWS config",
  seeds: [
    '[default]\nregion = eu-west-1\n[profile "a b"]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile=default\n' +
      "[sso-session s]\nsso_start_url = https://x.awsapps.com/start\n; c\n# c\n",
  ],
  async read(bytes) {
    await writeFile(config, bytes);
    const environment = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: config };
    await readAwsProfile("a b", environment);
  },
});
