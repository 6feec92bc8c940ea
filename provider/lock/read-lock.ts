/**
 * From the text of a lock to a {@link Lock}: parsed and closed under references, with all mistakes reported
 * together. verify-lock.ts checks its signatures.
 * @module
 */
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { z } from "zod";
import { isMissing } from "../base/error-code.ts";
import { BudgetExceeded } from "../base/budgets.ts";
import { readFileWithin } from "../base/read-file.ts";
import { decodeUtf8 } from "../base/utf8.ts";
import { sha256Hex } from "../base/sha256.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import { inconsistencies } from "./consistency.ts";
import { Location } from "./location.ts";
import type { Lock, LockedPackage, LockedPath, LockedSystem } from "./lock.ts";
import {
  hasScheme,
  LOCK_FILES,
  LOCK_VERSIONS,
  type LockFile,
  type LockVersion,
} from "./lock-schema.ts";
import { parseStrictJson } from "./strict-json.ts";
import { lixError } from "../errors/lix-error.ts";

/** Reads a lock; `sha256` is that of the file's bytes, in hex. */
export async function readLock(file: string): Promise<{ lock: Lock; sha256: string }> {
  const absolute = resolve(file);
  let bytes: Uint8Array;
  try {
    bytes = await readFileWithin("lockBytes", absolute);
  } catch (cause) {
    if (cause instanceof BudgetExceeded) throw cause;
    throw isMissing(cause)
      ? lixError("LOCK_NOT_FOUND", { file: absolute })
      : lixError("LOCK_UNREADABLE", { file: absolute }, { cause });
  }
  const sha256 = sha256Hex(bytes);
  return { lock: parseLock(decodeUtf8(bytes, absolute), absolute), sha256 };
}

/** `file` is the lock's absolute path: for messages, and what its relative caches are relative to. */
export function parseLock(text: string, file: string): Lock {
  const json = parseJson(text, file);
  const parsed = LOCK_FILES[versionOf(json, file)].safeParse(json);
  if (!parsed.success)
    throw lixError("INVALID_LOCK", { file, mistakes: parsed.error.issues.flatMap(describe) });
  const lock: Lock = {
    caches: parsed.data.caches.map((cache) =>
      hasScheme(cache.url)
        ? cache
        : { ...cache, url: urlOfPath(cache.url, file), relativePath: cache.url },
    ),
    systems: new Map(
      Object.entries(parsed.data.systems).map(([name, system]) => [name, toSystem(name, system)]),
    ),
  };
  const mistakes = [...lock.systems.values()].flatMap((system) => [...inconsistencies(system)]);
  if (lock.systems.size === 0) mistakes.push(".systems: expected at least one system; got none");
  if (mistakes.length > 0) throw lixError("INVALID_LOCK", { file, mistakes });
  return lock;
}

function parseJson(text: string, file: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (cause) {
    throw lixError("LOCK_SYNTAX", { file }, { cause });
  }
}

/** A lock without a version is read as format 1, whose schema reports that the version is missing. */
function versionOf(json: unknown, file: string): LockVersion {
  if (typeof json !== "object" || json === null || !("version" in json)) return 1;
  const version = LOCK_VERSIONS.find((each) => each === json.version);
  if (version === undefined)
    throw lixError("LOCK_VERSION", { file, found: json.version, known: LOCK_VERSIONS });
  return version;
}

const urlOfPath = (path: string, file: string): string =>
  pathToFileURL(resolve(dirname(file), path)).href;

function toSystem(name: string, system: LockFile["systems"][string]): LockedSystem {
  const packages = Object.entries(system.packages).map(
    ([attribute, { outputs, ...rest }]): [string, LockedPackage] => [
      attribute,
      {
        ...rest,
        attribute,
        version: rest.version,
        outputs: new Map(Object.entries(outputs)),
      },
    ],
  );
  const paths = Object.entries(system.paths).map(([base, rest]): [StorePath, LockedPath] => {
    const storePath = StorePath.fromBaseName(base);
    const references = [...new Set(rest.references)].sort(StorePath.compare);
    return [storePath, { ...rest, storePath, references }];
  });
  return {
    system: name,
    nixpkgs: system.nixpkgs ?? undefined,
    packages: new Map(packages),
    paths: new Map(paths.sort(([a], [b]) => StorePath.compare(a, b))),
  };
}

/** zod's words, in our form: `.place: expected X; got Y`. */
function describe(issue: z.core.$ZodIssue): string[] {
  const place = Location.format(issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${place}: unknown key ${JSON.stringify(key)}`);
  if (issue.code === "invalid_key")
    return issue.issues.map((inner) => `${place}: ${inner.message}`);
  const message = issue.message
    .replace(/^(Invalid \w+|Too small|Too big): /, "")
    .replace(/, received undefined$/, "; it is missing")
    .replace(/, received /, "; got ");
  return [`${place}: ${message}`];
}
