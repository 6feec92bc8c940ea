/**
 * Credentials of caches: `machine HOST login NAME password SECRET`, in `$NETRC`, `~/.netrc`,
 * `/etc/nix/netrc`. The first entry for the host wins. No cache gets the entry `default`: the lock decides
 * which hosts are asked, so anybody who can add a line to a lock would get it.
 * @see https://everything.curl.dev/usingcurl/netrc.html
 * @module
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { isCode, isMissing } from "../base/error-code.ts";
import { lixError } from "../errors/lix-error.ts";
import { basicAuthorization } from "../http/basic-authorization.ts";

export interface NetrcEntry {
  /** Undefined: any host. */
  readonly machine: string | undefined;
  readonly login: string;
  readonly password: string;
}

/** The Authorization header for a host, if any file has an entry for it. @param file in place of `$NETRC`. */
export async function netrcAuthorization(
  hostname: string,
  file?: string,
): Promise<string | undefined> {
  const host = hostname.replace(/^\[|\]$/g, "");
  for (const entries of await readAll(file)) {
    const entry = entries.find(({ machine }) => machine?.toLowerCase() === host);
    // Cachix and attic want a token as the password and any name.
    if (entry !== undefined) return basicAuthorization(entry.login, entry.password);
  }
  return undefined;
}

/** Whether a user may wonder why `default` is not used. */
export const netrcHasDefault = async (file?: string): Promise<boolean> =>
  (await readAll(file)).flat().some(({ machine }) => machine === undefined);

/** The entries of each file. */
async function readAll(chosen: string | undefined): Promise<(readonly NetrcEntry[])[]> {
  const named = process.env["NETRC"];
  const user = named === undefined || named === "" ? join(homedir(), ".netrc") : named;
  const texts = [
    await (chosen === undefined ? readIfThere(user) : readChosen(chosen)),
    await readIfThere("/etc/nix/netrc"),
  ];
  return texts.map((text) => parseNetrc(text ?? ""));
}

export function parseNetrc(text: string): readonly NetrcEntry[] {
  const entries: { machine: string | undefined; login: string; password: string }[] = [];
  const words = wordsOf(withoutMacros(text)).values();
  const value = (): string => words.next().value ?? "";
  for (const word of words) {
    const entry = entries.at(-1);
    if (word === "machine") entries.push({ machine: value(), login: "", password: "" });
    else if (word === "default") entries.push({ machine: undefined, login: "", password: "" });
    else if (word === "login" && entry !== undefined) entry.login = value();
    else if (word === "password" && entry !== undefined) entry.password = value();
    else if (word === "account") value();
  }
  return entries;
}

/** A `macdef` goes on until an empty line. */
const withoutMacros = (text: string): string =>
  text.replace(/\r\n/g, "\n").replace(/^[ \t]*macdef[^\n]*\n(?:[^\n]+\n)*/gm, "");

/** Words, or strings in double quotes with backslash escapes; `#` where a word would start is a comment. */
function wordsOf(text: string): string[] {
  const words = text.matchAll(/"((?:[^"\\]|\\.)*)"|#[^\n]*|(\S+)/g);
  return [...words].flatMap(([, quoted, plain]) =>
    quoted !== undefined ? [quoted.replace(/\\(.)/g, "$1")] : plain !== undefined ? [plain] : [],
  );
}

/** What the provider's configuration names has to be there. */
const readChosen = (file: string): Promise<string> =>
  readFile(file, "utf8").catch((cause: unknown) => {
    throw lixError("NETRC_UNREADABLE", { file }, { cause });
  });

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    // On machines with Nix, /etc/nix/netrc may belong to root alone, and other users do not need it.
    if (isCode(error, "EACCES") && file !== process.env["NETRC"]) return undefined;
    throw lixError("NETRC_UNREADABLE", { file }, { cause: error });
  }
}
