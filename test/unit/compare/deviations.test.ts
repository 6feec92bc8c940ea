import assert from "node:assert/strict";
import { test } from "node:test";
import { EQUALLY_POPULAR } from "../../../provider/compare/compare-layers.ts";
import { DEVIATIONS, deviationOf } from "../../../provider/compare/deviations.ts";
import type { Difference } from "../../../provider/compare/difference.ts";
import { pathOf } from "../../support/listed-store.ts";

const base = pathOf("base-system");
const root = `/nix/var/nix/gcroots/docker/${base.slice(11)}`;
const bash = pathOf("bash");
const share = { here: "a link to /nix/var/nix/profiles/default/share" };
const none = { here: undefined, there: undefined };

/** By deviation, differences that it explains. */
const EXPLAINED: Readonly<Record<string, readonly Difference[]>> = {
  "content-addressed": [{ about: "store path", subject: bash, ...none, onlyHashes: true }],
  "base-system": [
    { about: "database", subject: base, here: undefined, there: base },
    { about: "file", subject: root, here: undefined, there: `a link to ${base}` },
  ],
  popularity: [{ about: "layers", subject: EQUALLY_POPULAR, here: "1", there: "2" }],
  "usr-share": [
    {
      about: "file",
      subject: "/usr/share",
      ...share,
      there: "a link to /nix/var/nix/profiles/share",
    },
  ],
  "channels-file": [
    {
      about: "file",
      subject: "/root/.nix-channels",
      here: "a",
      there: "b",
      lines: ["- a", "+ a$b"],
    },
  ],
  "database-columns": [
    { about: "database", subject: `${bash}: sigs`, here: "k:x", there: undefined },
    { about: "database", subject: `${bash}: ca`, here: "text:x", there: undefined },
    { about: "database", subject: `${bash}: deriver`, here: undefined, there: "x.drv" },
    {
      about: "file",
      subject: "/nix/var/nix/db/schema",
      here: undefined,
      there: "a file of 2 bytes",
    },
  ],
  history: [
    {
      about: "config",
      subject: "history 7: created",
      here: '"0001-01-01T00:00:00Z"',
      there: undefined,
    },
    {
      about: "config",
      subject: "history 7: created_by",
      here: '"pulumi-lix"',
      there: '"nix2container"',
    },
  ],
};

test("each deviation explains its differences, if docker.nix makes an image that has them", () => {
  assert.deepEqual(
    DEVIATIONS.flatMap(({ name, explains }) => (explains === undefined ? [] : [name])).sort(),
    Object.keys(EXPLAINED).sort(),
  );
  for (const [name, differences] of Object.entries(EXPLAINED))
    for (const difference of differences) assert.equal(deviationOf(difference)?.name, name);
});

test("a difference that is much like an intended one is not explained", () => {
  const near: readonly Difference[] = [
    { about: "store path", subject: bash, here: bash, there: pathOf("zsh") },
    { about: "database", subject: base, here: base, there: undefined },
    { about: "database", subject: pathOf("not-base-system"), here: undefined, there: "x" },
    { about: "file", subject: `${root}/x`, here: undefined, there: "a link" },
    { about: "layers", subject: "the order of layers", here: "1", there: "2" },
    { about: "file", subject: "/usr/share", ...share, there: undefined },
    {
      about: "file",
      subject: "/usr/share",
      here: "a link to /evil",
      there: "a link to /nix/var/nix/profiles/share",
    },
    {
      about: "file",
      subject: "/root/.nix-channels",
      here: "a",
      there: "b",
      lines: ["- a$b", "+ a"],
    },
    { about: "database", subject: `${bash}: sigs`, here: "k:x", there: "k:y" },
    { about: "database", subject: `${bash}: sigs`, here: undefined, there: "k:y" },
    { about: "database", subject: `${bash}: deriver`, here: "x.drv", there: undefined },
    { about: "database", subject: `${bash}: hash`, here: "1", there: "2", onlyHashes: false },
    {
      about: "config",
      subject: "history 7: created",
      here: '"2026-01-01T00:00:00Z"',
      there: undefined,
    },
    {
      about: "config",
      subject: "history 7: comment",
      here: '"pulumi-lix"',
      there: '"nix2container"',
    },
  ];
  for (const difference of near)
    assert.equal(deviationOf(difference), undefined, difference.subject);
});
