/**
 * `docker load` without docker: the image, as a docker archive, in one request to its daemon.
 * @see https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Image/operation/ImageLoad
 * @module
 */
import type { ClientRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
import { jsonIn } from "../base/json.ts";
import { TIME_LIMIT } from "../base/retry-policy.ts";
import { lixError } from "../errors/lix-error.ts";
import { httpRequest } from "../http/node-http.ts";
import { receive } from "../http/response.ts";
import { Outcome } from "../http/send-once.ts";
import { HttpTimeout } from "../http/unreachable.ts";
import { packedSize, packParts, type ArchivePart } from "./archive-file.ts";
import type { DockerEndpoint } from "./docker-context.ts";

export interface DockerOptions {
  /** How long nothing may move on the connection. */
  readonly idleLimitMs?: number | undefined;
}

/** What the daemon says: `Loaded image: lix:latest`. */
export async function loadIntoDocker(
  endpoint: DockerEndpoint,
  archive: readonly ArchivePart[],
  { idleLimitMs = TIME_LIMIT.dockerLoad.ms }: DockerOptions = {},
): Promise<string[]> {
  const { description } = endpoint;
  const request = startRequest(endpoint, {
    method: "POST",
    path: "/images/load?quiet=1",
    headers: {
      "content-type": "application/x-tar",
      "content-length": packedSize(archive),
    },
  });
  const answered = responseOf(request, idleLimitMs);
  const sendFailure = pipeline(packParts(archive), request).then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    return loadedImages(await answered, description);
  } catch (error) {
    if (error instanceof LixImageError) throw error;
    request.destroy();
    // An archive that cannot be read to its end breaks the request, and is the reason.
    const reason = await sendFailure;
    if (reason instanceof Error && !isSystemError(reason)) throw reason;
    throw lixError("DOCKER_UNREACHABLE", { description }, { cause: error });
  } finally {
    request.destroy();
  }
}

/** The architecture of the daemon's machine, which may be another one than this, as Go names it: `arm64`. */
export async function dockerArchitecture(
  endpoint: DockerEndpoint,
  { idleLimitMs = TIME_LIMIT.dockerQuestion.ms }: DockerOptions = {},
): Promise<string> {
  const { description } = endpoint;
  const request = startRequest(endpoint, { method: "GET", path: "/version" });
  try {
    const answered = responseOf(request, idleLimitMs);
    request.end();
    const { status, text } = await answered;
    const version = Version.safeParse(jsonIn(text)).data;
    if (status !== 200 || version === undefined)
      throw lixError("DOCKER_REFUSED", {
        description,
        reason: `it does not say what it is (status ${status})`,
      });
    return version.Arch;
  } catch (error) {
    if (error instanceof LixImageError) throw error;
    throw lixError("DOCKER_UNREACHABLE", { description }, { cause: error });
  } finally {
    request.destroy();
  }
}

const Version = z.object({ Arch: z.string() });

function startRequest(
  { address, tls }: DockerEndpoint,
  options: { readonly method: string; readonly path: string; readonly headers?: object },
): ClientRequest {
  const send = tls === undefined ? httpRequest : httpsRequest;
  const host = "host" in address ? `${address.host}:${address.port}` : "docker";
  return send({ ...address, ...tls, ...options, headers: { host, ...options.headers } });
}

interface DaemonResponse {
  readonly status: number | undefined;
  readonly text: string;
}

/** A daemon may answer before it has read the whole request, so the request goes on meanwhile. */
async function responseOf(request: ClientRequest, idleLimitMs: number): Promise<DaemonResponse> {
  const outcome = new Outcome(request, undefined);
  const giveUp = (): void =>
    outcome.fail(new HttpTimeout(`no answer within ${idleLimitMs / 1000} s`));
  request.setTimeout(idleLimitMs, giveUp);
  // The headers may come one byte at a time, for ever.
  let timer: NodeJS.Timeout | undefined;
  request.once("finish", () => {
    if (!outcome.isKnown) timer = setTimeout(giveUp, idleLimitMs);
  });
  const response = await outcome.answered.finally(() => clearTimeout(timer));
  const raw = { method: "POST", url: new URL("http://docker/"), headers: {} };
  const { body } = receive(response, request, { ...raw, stallLimitMs: idleLimitMs });
  const text = Buffer.from(await Bytes.collect(body, RESPONSE_LIMIT)).toString("utf8");
  return { status: response.statusCode, text };
}

const RESPONSE_LIMIT = 1024 * 1024;

/** Status 200 comes before the load has ended: lines of JSON then say how it ended. */
function loadedImages({ status, text }: DaemonResponse, description: string): string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const messages = lines.map((line) => Message.safeParse(jsonIn(line)).data);
  const problem = messages.map(problemIn).find((each) => each !== undefined);
  if (status !== 200 || problem !== undefined)
    throw lixError("DOCKER_REFUSED", { description, reason: problem ?? `status ${status}` });
  const said = messages.flatMap((message) => message?.stream?.trim() || []);
  if (messages.includes(undefined) || !said.some((line) => line.startsWith("Loaded image")))
    throw lixError("DOCKER_REFUSED", {
      description,
      reason: `its answer is incomplete: ${JSON.stringify(text)}`,
    });
  return said;
}

/** @see https://github.com/moby/moby/blob/v28.0.0/pkg/jsonmessage/jsonmessage.go */
const Message = z.object({
  stream: z.string().optional(),
  errorDetail: z.object({ message: z.string() }).optional(),
  /** The same, for old clients. */
  error: z.string().optional(),
  /** Instead of all others, in an answer that is no 200. */
  message: z.string().optional(),
});

const problemIn = (message: z.output<typeof Message> | undefined): string | undefined =>
  message?.errorDetail?.message ?? message?.error ?? message?.message;

const isSystemError = (error: unknown): boolean =>
  error instanceof Error && !(error instanceof LixImageError) && "code" in error;
