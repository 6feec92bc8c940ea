/** Packages for `extraPkgs`, each of which shows one thing. @module */
import { ByteString } from "../../../provider/base/byte-string.ts";
import {
  emptyDirectory,
  library,
  link,
  manual,
  programs,
  text,
  type Files,
  type Recipe,
} from "./recipe.ts";

const one = (name: string, out: Files, more: Partial<Recipe> = {}): Recipe => ({
  attribute: name,
  pname: name,
  version: "1.0",
  outputs: { out },
  ...more,
});

// Names that no text encoding has, that need PAX headers, or that sort otherwise in UTF-16.
const ODD_NAMES: Files = {
  "share/odd/caf\xe9": text("the name is Latin-1\n"),
  [`share/odd/${ByteString.fromText("naïve")}`]: text("the name is UTF-8\n"),
  [`share/odd/${ByteString.fromText("\uff5e")}`]: text("sorts first by bytes\n"),
  [`share/odd/${ByteString.fromText("\u{1f600}")}`]: text("sorts first in UTF-16\n"),
  [`share/odd/${"n".repeat(255)}`]: text("as long as a name can be\n"),
  [`share/odd/${"deep/".repeat(40)}file`]: text("deeper than a USTAR prefix reaches\n"),
  "share/odd/link": link("t".repeat(300)),
  "share/odd/dangling": link("/nowhere"),
  "share/odd/empty file": text(""),
  "share/odd/empty directory": emptyDirectory,
  "share/odd/line\nbreak": text("a newline in the name\n"),
  ".hidden": text("dropped from the profile\n"),
};

export const EXTRA_PACKAGES: readonly Recipe[] = [
  {
    attribute: "jq",
    pname: "jq",
    version: "1.7.1",
    outputs: {
      bin: programs(["jq"], "jq.out"),
      doc: { "share/doc/jq/README": text("read me\n") },
      man: manual("jq"),
      out: library("libjq.so.1", "glibc"),
    },
  },
  one("tree", { ...programs(["tree"], "glibc"), ...manual("tree") }, { version: "2.1.1" }),
  // Collides with curl.bin.
  one("curl-clone", { "bin/curl": text("another curl\n", true) }),
  // Does not, because it comes first.
  one("curl-wrapper", { "bin/curl": text("a better curl\n", true) }, { priority: 4 }),
  // Would delete files of lower layers if it got into one.
  one("whiteout", { "share/.wh.removed": text("") }),
  one("propagator", {
    ...programs(["propagate"], "glibc"),
    "nix-support/propagated-user-env-packages": text("@tree@ @jq.bin@\n@which@\n"),
  }),
  one("oddnames", ODD_NAMES),
  // An attribute that is itself one output, like bind.dnsutils; the dot is part of it.
  {
    attribute: "bind.dnsutils",
    pname: "bind",
    version: "9.20.3",
    outputs: {
      dnsutils: programs(["dig"], "openssl"),
      out: programs(["named"], "openssl"),
      man: manual("dig"),
    },
    outputsToInstall: ["dnsutils"],
    outputSpecified: true,
  },
];
