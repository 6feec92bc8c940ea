/**
 * Inputs whose arguments a policy has changed after check. The policy wins: the image is the one of the
 * arguments as they are now, so its outputs are computed again before they are compared.
 * @module
 */
import type { Session } from "../image/session.ts";
import { ArgumentFingerprint } from "./argument-fingerprint.ts";
import { parseArguments } from "../arguments/parse-arguments.ts";
import { checkedInputs } from "./check.ts";
import { PREVIEW_OUTPUTS } from "../arguments/unknown.ts";
import type { Wire } from "./wire.ts";

export interface Remediated {
  /** As check would have answered for these arguments. */
  readonly inputs: Wire;
  /** What happened, for people; nothing where no policy changed anything. */
  readonly remediation: readonly string[];
}

/** @param olds outputs in state. @param news what check answered, and a policy may have changed. */
export async function remediated(session: Session, olds: Wire, news: Wire): Promise<Remediated> {
  if (ArgumentFingerprint.belongs(news)) return { inputs: news, remediation: [] };
  // What it would have to fetch, `up` fetches.
  const inputs = await checkedInputs(session, olds, { ...parseArguments(news), dryRun: true });
  return { inputs, remediation: remediationLines(news, inputs["digest"]) };
}

/** @param news what check answered, and a policy may have changed. @param digest what came of it. */
export function remediationLines(news: Wire, digest: unknown): string[] {
  if (ArgumentFingerprint.belongs(news) || news["digest"] === digest) return [];
  const names = ArgumentFingerprint.changed(news);
  const what = names.length === 0 ? "arguments" : names.join(", ");
  return [
    `a policy changed ${what} after the preview's digest was computed: the image is ${String(digest)}, not ${String(news["digest"])}`,
  ];
}

/**
 * Where check's answer is not what was pushed: kept as `__promised` in the outputs, because a refresh answers
 * with the inputs as well, and the engine shows each that differs from the inputs in state.
 */
export function promisedBeside(news: Wire): Wire {
  if (ArgumentFingerprint.belongs(news)) return {};
  const names = [...PREVIEW_OUTPUTS, "__state", "__checked"];
  return { __promised: Object.fromEntries(names.map((name) => [name, news[name] ?? null])) };
}
