/** Lines that nix.conf allows but that Lix would ignore, or would not read as they were meant. @module */
import { ByteString } from "../base/byte-string.ts";
import { NixConfSettings } from "../formats/rootfs/nix-conf-settings.ts";
import { withDefaults, type NixConfValue } from "../formats/rootfs/nix-conf.ts";
import { nearest } from "../plan/nearest.ts";

type Settings = Readonly<Record<string, NixConfValue>>;

/**
 * One line for each. They are not errors, because a newer Lix or a plugin may have settings that we do not
 * know.
 */
export const nixConfWarnings = (settings: Settings): string[] =>
  Object.entries(settings).flatMap(([name, value]) => [
    ...unknownName(name),
    ...unknownFeatures(name, value),
    ...replacedAddition(name, settings),
    ...comment(name, value),
  ]);

function unknownName(name: string): string[] {
  if (NixConfSettings.has(name)) return [];
  const prefix = name.startsWith("extra-") ? "extra-" : "";
  const near = suggestion(name.slice(prefix.length), NixConfSettings.names, prefix);
  return [`nixConf: Lix has no setting ${name}; ${near}`];
}

function unknownFeatures(name: string, value: NixConfValue): string[] {
  if (!/^(?:extra-)?experimental-features$/.test(name)) return [];
  const known = NixConfSettings.experimentalFeatures;
  return words(value)
    .filter((word) => !known.includes(word))
    .map((word) => `nixConf: ${name}: Lix has no feature ${word}; ${suggestion(word, known)}`);
}

/** Lix reads line by line, and the lines are sorted. @see lix libutil/config.cc, Config::set */
function replacedAddition(name: string, settings: Settings): string[] {
  const replaced = name.replace(/^extra-/, "");
  const isAddition = replaced !== name && !NixConfSettings.names.includes(name);
  if (!isAddition || !withDefaults(settings).has(replaced)) return [];
  if (ByteString.compare(replaced, name) < 0) return [];
  return [
    `nixConf: ${name} has no effect, because ${replaced} stands below it in nix.conf and replaces it; ` +
      `give all values to ${replaced}`,
  ];
}

/** @see lix libutil/abstract-config.cc, applyConfigInner */
const comment = (name: string, value: NixConfValue): string[] =>
  words(value).some((word) => word.includes("#"))
    ? [`nixConf: ${name}: Lix takes the rest of the line from # on as a comment`]
    : [];

const words = (value: NixConfValue): string[] =>
  [value].flat().flatMap((word) =>
    String(word)
      .split(/[ \t\r]+/)
      .filter((part) => part !== ""),
  );

function suggestion(name: string, names: readonly string[], prefix = ""): string {
  const [near] = nearest(name, names, 1);
  return near === undefined
    ? "it will be in nix.conf, and Lix will ignore it"
    : `did you mean ${prefix}${near}?`;
}
