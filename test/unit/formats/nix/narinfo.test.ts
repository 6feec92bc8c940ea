import assert from "node:assert/strict";
import { test } from "node:test";
import { NarInfo } from "../../../../provider/formats/nix/narinfo.ts";
import { NarHash } from "../../../../provider/formats/nix/nix-hash.ts";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";
import { hasCode } from "../../../support/has-code.ts";
import { readVectors } from "../../../support/vectors.ts";

interface Cache {
  readonly compression: string;
  readonly narinfos: Readonly<Record<string, string>>;
}

for (const cache of readVectors<readonly Cache[]>("nix/binary-caches")) {
  test(`reads and rewrites the narinfos that Nix made for compression=${cache.compression}`, () => {
    for (const text of Object.values(cache.narinfos)) {
      const info = NarInfo.parse(text);
      assert.equal(info.compression, cache.compression);
      assert.equal(NarInfo.format(info), text);
    }
  });
}

const path = StorePath.parse("/nix/store/0d1h7ylc213ps4vbfdyaywddsif6py66-sqlite-3.40.1");
const hash = NarHash.parse("sha256:11c50ikf43w5gvqjj5ayr7zi9nzy7vmmhw2lpwrb181ivqqx9212");
const glibc = "i1j4dvr7820qlx9i339zwq5lwz7qdaxn-glibc-2.36";
const bash = "z1gxy5356ys154mf4z4nh43xamja6hdm-bash-5.2";
const fields = {
  StorePath: path as string,
  URL: "nar/1v6zbvsppl5xwm9898xdy7k9w1fqlsxzavzvancpvzflcgli1ndg.nar.xz",
  Compression: "xz",
  NarHash: NarHash.toNix32(hash),
  NarSize: "1484888",
  References: glibc,
  Sig: "a:b",
};

/** The narinfo with some fields changed, or left out. */
function text(changes: { readonly [key: string]: string | undefined } = {}): string {
  return Object.entries({ ...fields, ...changes })
    .map(([key, value]) => (value === undefined ? "" : `${key}: ${value}\n`))
    .join("");
}

test("reads the fields", () => {
  assert.deepEqual(NarInfo.parse(text(), path), {
    storePath: path,
    url: fields.URL,
    compression: "xz",
    narHash: hash,
    narSize: 1484888,
    references: [StorePath.fromBaseName(glibc)],
    signatures: ["a:b"],
  });
});

for (const [spelling, value] of [
  ["SRI", hash],
  ["hex", `sha256:${NarHash.toHex(hash)}`],
  ["base64", hash.replace("-", ":")],
]) {
  test(`reads a NarHash in ${spelling}`, () => {
    assert.equal(NarInfo.parse(text({ NarHash: value })).narHash, hash);
  });
}

test("no Compression, or an empty one, means bzip2", () => {
  assert.equal(NarInfo.parse(text({ Compression: undefined })).compression, "bzip2");
  assert.equal(NarInfo.parse(text({ Compression: "" })).compression, "bzip2");
});

test("references are sorted, each once, and may be missing or empty", () => {
  const references = (value?: string) => NarInfo.parse(text({ References: value })).references;
  const sorted = [StorePath.fromBaseName(glibc), StorePath.fromBaseName(bash)];
  assert.deepEqual(references(`${bash} ${glibc}  ${bash}`), sorted);
  assert.deepEqual(references(undefined), []);
  assert.deepEqual(references(""), []);
  assert.deepEqual(
    NarInfo.parse(text().replace(`References: ${glibc}`, "References:")).references,
    [],
  );
});

test("unknown-deriver is none", () => {
  assert.equal(NarInfo.parse(text({ Deriver: "unknown-deriver" })).deriver, undefined);
  assert.equal(NarInfo.parse(text({ Deriver: `${bash}.drv` })).deriver, `${bash}.drv`);
});

test("every Sig is kept, in order", () => {
  assert.deepEqual(NarInfo.parse(`${text()}Sig: c:d\nSig: \n`).signatures, ["a:b", "c:d"]);
});

test("unknown keys are passed over, even twice", () => {
  assert.deepEqual(NarInfo.parse(`${text()}System: x\nSystem:y\n`), NarInfo.parse(text()));
});

test("the URL keeps its query", () => {
  const url = "nar/abc.nar?hash=0d1h7ylc213ps4vbfdyaywddsif6py66";
  assert.equal(NarInfo.parse(text({ URL: url })).url, url);
});

test("a FileSize of 0 is not known", () => {
  assert.equal(NarInfo.parse(text({ FileSize: "0" })).fileSize, undefined);
  assert.equal(NarInfo.parse(text({ FileSize: "12" })).fileSize, 12);
});

for (const [why, corrupt] of [
  ["References twice", `${text()}References: ${bash}\n`],
  ["CA twice", `${text()}CA: text:sha256:x\nCA: text:sha256:x\n`],
  ["NarHash twice", `${text()}NarHash: ${fields.NarHash}\n`],
  ["a last line without newline", text().slice(0, -1)],
  ["CRLF", text().replaceAll("\n", "\r\n")],
  ["a line without a colon", `${text()}oops\n`],
  ["an empty line", `${text()}\n`],
  ["no blank after the colon", text().replace("NarSize: ", "NarSize:1")],
  ["no StorePath", text({ StorePath: undefined, Z: "" })],
  ["no URL", text({ URL: undefined })],
  ["an empty URL", text({ URL: "" })],
  ["no NarHash", text({ NarHash: undefined })],
  ["a NarHash without algorithm", text({ NarHash: NarHash.toHex(hash) })],
  ["no NarSize", text({ NarSize: undefined })],
  ["NarSize 0", text({ NarSize: "0" })],
  ["a NarSize of 2^53", text({ NarSize: "9007199254740992" })],
  ["a negative NarSize", text({ NarSize: "-8" })],
  ["a NarSize in hex", text({ NarSize: "0x10" })],
  ["a FileSize that is no number", text({ FileSize: "big" })],
  [
    "a StorePath in another store",
    text({ StorePath: "/gnu/store/0d1h7ylc213ps4vbfdyaywddsif6py66-x" }),
  ],
  ["a reference with a store directory", text({ References: path })],
  ["a Deriver that is no base name", text({ Deriver: "x.drv" })],
] as const) {
  test(`refuses a narinfo with ${why}`, () => {
    assert.throws(() => NarInfo.parse(corrupt, path), { code: "NARINFO_MALFORMED" });
  });
}

test("refuses an answer about another path, and names both", () => {
  const other = StorePath.fromBaseName(bash);
  assert.throws(
    () => NarInfo.parse(text(), other),
    (error) => {
      assert.ok(hasCode(error, "NARINFO_MALFORMED"));
      assert.ok(error.message.includes(other) && error.message.includes(path));
      return true;
    },
  );
});

for (const [why, other] of [
  ["a web page", "<!DOCTYPE html>\n<p>Please: log in</p>\n"],
  ["undecoded zstd", "(\u00b5/\u00fd$\u0001"],
  ["nothing", ""],
] as const) {
  test(`says that ${why} is no narinfo at all`, () => {
    assert.throws(() => NarInfo.parse(other, path), { code: "NOT_A_NARINFO" });
  });
}
