/**
 * A push through a fault proxy into a real registry: which image, by whom, and what must hold of the
 * registry whatever went wrong.
 * @module
 */
import assert from "node:assert/strict";
import { LixImageError } from "../../provider/base/errors.ts";
import type { Destination, PublishReport } from "../../provider/destination/destination.ts";
import { registryDestination } from "../../provider/destination/registry.ts";
import { Digest } from "../../provider/formats/oci/digest.ts";
import type { Image } from "../../provider/formats/oci/image.ts";
import { RegistryClient } from "../../provider/registry/client.ts";
import type { Credentials } from "../../provider/login/credentials.ts";
import type { RegistryTimeoutOptions } from "../../provider/registry/timeouts.ts";
import { startFaultProxy, type FaultProxy } from "../support/fault-proxy.ts";
import type { Fault } from "../support/http-faults.ts";
import { sampleImage, sampleIndex } from "../support/sample-image.ts";

/** What the tag names before. */
const OLD = sampleImage("what was there before");
/** Two platforms that share a layer. */
export const NEW = sampleIndex(
  sampleImage("shared", "for amd64"),
  sampleImage("shared", noise(100_000)),
);
export const TAG = "v1";

export const ME: Credentials = { kind: "basic", username: "me", password: "pw", source: "a test" };

/** The usual policy without its pauses. */
const USUAL: RegistryTimeoutOptions = { retryDelayMs: 5 };

/** The registry behind the proxy. */
export interface Upstream {
  /** `127.0.0.1:5000` */
  readonly host: string;
  /** Whether an upload whose connection broke goes on where it was. */
  readonly keepsBroken: boolean;
}

export interface Stage {
  readonly upstream: Upstream;
  readonly proxy: FaultProxy;
  /** A client of the proxy or, with `direct`, of the registry behind it. */
  readonly client: (options?: {
    readonly direct?: boolean;
    readonly name?: string;
  }) => RegistryClient;
  readonly fault: (...faults: readonly Fault[]) => void;
  /** The way app/publish.ts does it. */
  readonly push: (image?: Image) => Promise<PublishReport>;
}

let stages = 0;

/** Lends a new repository behind a new proxy, whose tag names OLD; asserts the invariants in the end. */
export async function withStage(
  upstream: Upstream,
  use: (stage: Stage) => Promise<void>,
  timeouts = USUAL,
): Promise<void> {
  const proxy = await startFaultProxy(upstream.host);
  const repository = `acme/lix-${(stages += 1)}`;
  const memories = new Map();
  const client: Stage["client"] = ({ direct = false, name = repository } = {}) =>
    new RegistryClient(
      { host: direct ? upstream.host : proxy.host, name, plainHttp: true },
      { credentials: async () => ME, memories, ...timeouts },
    );
  try {
    await registryDestination(client({ direct: true })).publish(OLD, { tags: [TAG] });
    const destination = registryDestination(client());
    await use({
      upstream,
      proxy,
      client,
      // Copies, for each counts how often it happens.
      fault: (...faults) => void proxy.faults.push(...faults.map((each) => ({ ...each }))),
      push: (image) => push(destination, image),
    });
    await assertNothingWrong(`http://${upstream.host}/v2/${repository}`);
  } finally {
    await proxy.close();
  }
}

async function push(destination: Destination, image = NEW): Promise<PublishReport> {
  const { root, blobs } = image;
  const missing = (await destination.holds(root.digest))
    ? new Set<Digest>()
    : await destination.missing(blobs.map(({ digest }) => digest));
  return destination.publish(image, { tags: [TAG], missing });
}

/** The image is whole, and the tag names it. */
export async function assertPushed({ client }: Stage): Promise<void> {
  const direct = client({ direct: true });
  assert.equal((await direct.headManifest(TAG))?.digest, NEW.root.digest);
  for (const { digest } of NEW.blobs) assert.ok(await direct.hasBlob(digest), digest);
}

/** An error that a user can act on: it names registry and repository, has a code, and says what to do. */
export async function assertClear(
  { proxy, push: go }: Stage,
  expected: { readonly code: string; readonly text?: RegExp },
): Promise<void> {
  await assert.rejects(go(), (error) => {
    assert.ok(error instanceof LixImageError, String(error));
    assert.equal(error.code, expected.code, error.message);
    assert.ok(error.message.startsWith(`${proxy.host}/acme/lix-`), error.message);
    assert.notEqual(error.hint ?? "", "", error.message);
    assert.match(`${error.message}\n${error.hint}`, expected.text ?? /./);
    return true;
  });
}

/**
 * Whatever happened: what the registry has under a digest has that digest, and its tags name OLD or
 * NEW, with all that belongs to it.
 */
async function assertNothingWrong(repository: string): Promise<void> {
  const get = async (path: string): Promise<Uint8Array | undefined> => {
    const accept =
      "application/vnd.oci.image.index.v1+json,application/vnd.oci.image.manifest.v1+json";
    const response = await fetch(`${repository}/${path}`, { headers: { accept } });
    assert.ok(response.status === 200 || response.status === 404, `${path}: ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return response.status === 200 ? bytes : undefined;
  };
  const held = new Set<string>();
  for (const [kind, digest] of [OLD, NEW].flatMap(partsOf)) {
    const bytes = await get(`${kind}/${digest}`);
    if (bytes === undefined) continue;
    assert.equal(Digest.of(bytes), digest, `${kind} under a wrong digest`);
    held.add(digest);
  }
  const { tags } = JSON.parse(Buffer.from((await get("tags/list")) ?? []).toString());
  assert.deepEqual(tags, [TAG]);
  const tagged = Digest.of((await get(`manifests/${TAG}`)) ?? new Uint8Array());
  const image = [OLD, NEW].find(({ root }) => root.digest === tagged);
  assert.ok(image !== undefined, `the tag names ${tagged}`);
  for (const [kind, digest] of partsOf(image)) assert.ok(held.has(digest), `no ${kind} ${digest}`);
}

const partsOf = ({ blobs, children, root }: Image): (readonly [string, Digest])[] => [
  ...blobs.map(({ digest }) => ["blobs", digest] as const),
  ...[...children, root].map(({ digest }) => ["manifests", digest] as const),
];

/** A text that gzip makes no smaller than half; always the same. */
function noise(size: number): string {
  let state = 1;
  const next = (): string => {
    state = (state * 48271) % 2147483647;
    return String.fromCharCode(32 + (state % 95));
  };
  return Array.from({ length: size }, next).join("");
}
