import assert from "node:assert/strict";
import { test } from "node:test";
import { nixConfWarnings } from "../../../provider/arguments/nix-conf-warnings.ts";

const warned = (settings: Parameters<typeof nixConfWarnings>[0], ...lines: readonly string[]) =>
  assert.deepEqual(
    nixConfWarnings(settings),
    lines.map((line) => `nixConf: ${line}`),
  );

test("settings of Lix, their former names and additions to them need no warning", () => {
  warned({
    cores: 4,
    "max-jobs": "auto",
    sandbox: true,
    "pasta-path": "",
    "build-cores": 2,
    "connect-timeout": 5,
    "binary-caches": [],
    "extra-substituters": ["https://a.example"],
    "extra-sandbox-paths": [],
    "extra-platforms": "aarch64-linux",
    "experimental-features": ["nix-command", "flakes"],
  });
});

test("an unknown setting is named with the one that is nearest to it", () => {
  warned({ substitutors: "x" }, "Lix has no setting substitutors; did you mean substituters?");
  warned(
    { "sandbox-falback": 1 },
    "Lix has no setting sandbox-falback; did you mean sandbox-fallback?",
  );
  warned({ maxJobs: 1 }, "Lix has no setting maxJobs; did you mean max-jobs?");
  warned(
    { "extra-trusted-key": "x" },
    "Lix has no setting extra-trusted-key; did you mean extra-trusted-users?",
  );
  warned(
    { "filter-syscalls-of-all-builders": true },
    "Lix has no setting filter-syscalls-of-all-builders; it will be in nix.conf, and Lix will ignore it",
  );
  warned(
    { constructor: 1 },
    "Lix has no setting constructor; it will be in nix.conf, and Lix will ignore it",
  );
});

test("an unknown experimental feature is named, in a list and in a text", () => {
  const line = "Lix has no feature flake; did you mean flakes?";
  warned({ "experimental-features": ["nix-command", "flake"] }, `experimental-features: ${line}`);
  warned(
    { "extra-experimental-features": " flake  nix-command" },
    `extra-experimental-features: ${line}`,
  );
});

test("an addition is warned of where a line below it in nix.conf replaces it", () => {
  const key = "corp-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=";
  warned(
    { "extra-trusted-public-keys": [key] },
    "extra-trusted-public-keys has no effect, because trusted-public-keys stands below it in nix.conf " +
      "and replaces it; give all values to trusted-public-keys",
  );
  // allowed-users stands above extra-allowed-users.
  warned({ "extra-allowed-users": "a", "allowed-users": "b" });
  warned({ "extra-substituters": "https://a.example" });
});

test("a value that Lix would cut at its comment sign is warned of", () => {
  warned(
    { "flake-registry": "https://a.example/r.json#x" },
    "flake-registry: Lix takes the rest of the line from # on as a comment",
  );
});
