import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidStorePath, StorePath } from "../../../../provider/formats/nix/store-path.ts";
import { readVectors } from "../../../support/vectors.ts";

const names = readVectors<{
  readonly ok: readonly string[];
  readonly bad: readonly string[];
  readonly lixAdditionallyRejects: readonly string[];
}>("nix/store-path-names");

const HASH = "8hb1zapwkfr1j7zmxj7s7wj2pgci7zjm";
/** The vectors write long names as `n*211`. */
const spelled = (name: string): string => {
  const [, char, count] = /^(.)\*(\d+)$/.exec(name) ?? [];
  return char === undefined ? name : char.repeat(Number(count));
};
const refused = [...names.bad, ...names.lixAdditionallyRejects];

for (const name of names.ok.filter((one) => !refused.includes(one))) {
  test(`takes the name ${name}`, () => {
    const path = StorePath.parse(`/nix/store/${HASH}-${spelled(name)}`);
    assert.equal(StorePath.name(path), spelled(name));
    assert.equal(StorePath.hashPart(path), HASH);
    assert.equal(StorePath.fromBaseName(StorePath.baseName(path)), path);
  });
}

for (const name of refused) {
  test(`refuses the name "${name}"`, () => {
    assert.throws(() => StorePath.parse(`/nix/store/${HASH}-${spelled(name)}`), InvalidStorePath);
  });
}

for (const text of [
  "",
  `${HASH}-x`,
  `/gnu/store/${HASH}-x`,
  `/nix/store/${HASH}`,
  `/nix/store/${HASH}-x/bin`,
  `/nix/store/${HASH}-x\n`,
  `/nix/store/${HASH.replace("8", "e")}-x`,
  `/nix/store/${HASH.slice(1)}-x`,
]) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => StorePath.parse(text), InvalidStorePath);
  });
}
