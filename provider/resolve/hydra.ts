/**
 * Fetches the builds of one evaluation from its Hydra, slowly: Hydra allows two requests a second from one
 * address, answers 429 beyond that, and serves pages of garbage to clients that it takes for robots.
 * @see https://github.com/NixOS/hydra, src/lib/Hydra/Controller/JobsetEval.pm and Build.pm
 * @see https://github.com/NixOS/infra, build/hydra-proxy.nix
 * @module
 */
import { z } from "zod";
import { http, type HttpResponse } from "../http/request.ts";
import { redactUrl } from "../base/redact.ts";
import { schemaProblems } from "../base/schema-problems.ts";
import { RETRY } from "../base/retry-policy.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { AnswerCache } from "./answer-cache.ts";
import { textOf, USER_AGENT, type FetchOptions } from "./fetch-text.ts";
import type { Pace } from "./pace.ts";
import { lixError } from "../errors/lix-error.ts";

const storePath: z.ZodType<StorePath> = z
  .string()
  .refine(StorePath.is, "not a store path")
  .transform((path) => StorePath.parse(path));

/** `/build/N` as JSON, as far as we need it. Perl's JSON writes some numbers as strings. */
const HydraBuild = z.object({
  id: z.coerce.number(),
  job: z.string(),
  nixname: z.string().min(1),
  system: z.string(),
  finished: z.coerce.number(),
  buildstatus: z.coerce.number().nullable(),
  jobsetevals: z.array(z.coerce.number()),
  // An object: the order of outputs is lost.
  buildoutputs: z.record(z.string(), z.object({ path: storePath.nullable() })),
});
export type HydraBuild = z.output<typeof HydraBuild>;

export interface HydraOptions extends FetchOptions {
  readonly pace: Pace;
  readonly answers: AnswerCache;
}

// Renamed jobsets answer 301, a job 302; more than that is a loop.
const REDIRECTS = 5;

/** The build of a job in an evaluation; undefined when the evaluation has no such job. */
export async function hydraBuild(
  evaluation: URL,
  job: string,
  options: HydraOptions,
): Promise<HydraBuild | undefined> {
  const url = new URL(`${evaluation.href.replace(/\/$/, "")}/job/${encodeURIComponent(job)}`);
  // Only finished builds are kept: the answer for a running build will change.
  const known = HydraBuild.safeParse(await options.answers.read(url.href));
  if (known.success) return known.data;
  const answer = await ask(url, options);
  if (answer === undefined) return undefined;
  const build = parse(answer.text, answer.url);
  if (build.finished === 1) await options.answers.write(url.href, build);
  return build;
}

interface HydraAnswer {
  readonly url: URL;
  readonly text: string;
}

/** Follows redirects itself instead of leaving them to `http`, because each one counts as a request. */
async function ask(first: URL, options: HydraOptions): Promise<HydraAnswer | undefined> {
  for (let url = first, left = REDIRECTS; ; left -= 1) {
    await options.pace.wait(options.signal);
    const response = await http(url, {
      headers: { accept: "application/json", "user-agent": USER_AGENT },
      redirects: 0,
      signal: options.signal,
      retryDelayMs: options.retryDelayMs ?? RETRY.hydra.firstPauseMs,
    });
    const { status } = response;
    if (status === 200) return { url, text: await jsonText(response, url) };
    await response.discard();
    if (status === 404) return undefined;
    if (status === 429 || status >= 500) throw lixError("HYDRA_BUSY", { url, status });
    const next = URL.parse(response.headers.location ?? "", url.href);
    if (status < 300 || status >= 400 || next === null || left === 0)
      throw lixError("NOT_HYDRA", {
        url,
        got: left === 0 ? "redirect after redirect" : `status ${status}`,
      });
    if (next.protocol !== "https:" && next.origin !== first.origin)
      throw lixError("NOT_HYDRA", { url, got: `a redirect to ${redactUrl(next)}` });
    url = next;
  }
}

async function jsonText(response: HttpResponse, url: URL): Promise<string> {
  const type = response.headers["content-type"] ?? "no content type";
  const text = await textOf(response, url);
  if (!/^application\/json\b/i.test(type))
    throw lixError("NOT_HYDRA", { url, got: `${type}: ${start(text)}` });
  return text;
}

function parse(text: string, url: URL): HydraBuild {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw lixError("NOT_HYDRA", { url, got: start(text) });
  }
  const build = HydraBuild.safeParse(json);
  if (!build.success) throw lixError("NOT_HYDRA", { url, got: schemaProblems(build.error) });
  return build.data;
}

const start = (text: string): string => JSON.stringify(text.slice(0, 60));
