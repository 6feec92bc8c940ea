/**
 * `docker load` without docker: the image, as a docker archive, in one request to its daemon.
 * @see https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Image/operation/ImageLoad
 * @module
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
import { packedSize, packParts, type ArchivePart } from "./archive-file.ts";
import type { DockerEndpoint } from "./docker-context.ts";

/** What the daemon says: `Loaded image: lix:latest`. */
export async function loadIntoDocker(
  endpoint: DockerEndpoint,
  archive: readonly ArchivePart[],
): Promise<string[]> {
  const { description, address, tls } = endpoint;
  const send = tls === undefined ? httpRequest : httpsRequest;
  const request = send({
    ...address,
    ...tls,
    method: "POST",
    path: "/images/load?quiet=1",
    headers: {
      host: "host" in address ? `${address.host}:${address.port}` : "docker",
      "content-type": "application/x-tar",
      "content-length": packedSize(archive),
    },
  });
  const answered = once(request, "response");
  const sendFailure = pipeline(packParts(archive), request).then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    const [response]: IncomingMessage[] = await answered;
    if (response === undefined) throw new TypeError("a response event without a response");
    return await outcome(response, description);
  } catch (error) {
    if (error instanceof LixImageError) throw error;
    request.destroy();
    // An archive that cannot be read to its end breaks the request, and is the reason.
    const reason = await sendFailure;
    if (reason instanceof Error && !isSystemError(reason)) throw reason;
    throw new DockerUnreachable(description, error);
  } finally {
    request.destroy();
  }
}

/** Status 200 comes before the load has ended: what became of it is told in lines of JSON. */
async function outcome(response: IncomingMessage, description: string): Promise<string[]> {
  const text = Buffer.from(await Bytes.collect(response, ANSWER_LIMIT)).toString("utf8");
  const messages = text.split(/\r?\n/).flatMap(parseMessage);
  const problem = messages.find(({ error, message }) => error ?? message);
  if (response.statusCode !== 200 || problem !== undefined)
    throw new DockerRefused(
      description,
      problem?.error ?? problem?.message ?? `status ${response.statusCode}`,
    );
  return messages.flatMap(({ stream }) => stream?.trim() || []);
}

const ANSWER_LIMIT = 1024 * 1024;

const Message = z.object({
  stream: z.string().optional(),
  error: z.string().optional(),
  /** Instead of all others, in an answer that is no 200. */
  message: z.string().optional(),
});

function parseMessage(line: string): z.output<typeof Message>[] {
  try {
    return [Message.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}

const isSystemError = (error: unknown): boolean =>
  error instanceof Error && !(error instanceof LixImageError) && "code" in error;

export class DockerUnreachable extends LixImageError {
  readonly code = "DOCKER_UNREACHABLE";
  constructor(description: string, cause: unknown) {
    super(`docker daemon at ${description}: cannot be reached`, {
      hint: "is it running, and may this user talk to it? DOCKER_HOST names another; --podman needs none",
      cause,
    });
  }
}

export class DockerRefused extends LixImageError {
  readonly code = "DOCKER_REFUSED";
  constructor(description: string, message: string) {
    super(`docker daemon at ${description}: did not load the image: ${message}`);
  }
}
