/** The story of the quickstart: a push, nothing to do, one changed layer, drift. @module */
import { Repository } from "../../provider/formats/oci/reference.ts";
import { RegistryClient } from "../../provider/registry/client.ts";
import type { DemoRegistry, Traffic } from "./demo-registry.ts";
import { count, formatBytes, say, shorten } from "./say.ts";
import type { RecordedImage, Stack } from "./stack.ts";

export async function tellStory(stack: Stack, registry: DemoRegistry): Promise<void> {
  const first = await push(stack, registry);
  await nothingToDo(stack, registry);
  const second = await changeASetting(stack, registry, first);
  await moveTheTag(stack, registry, { first, second });
}

async function push(stack: Stack, registry: DemoRegistry): Promise<RecordedImage> {
  say.title("1. pulumi up");
  const promised = await stack.preview();
  say.fact("preview", `digest ${shorten(promised)}, before anything is pushed`);
  const { op, traffic, seconds } = await up(stack, registry);
  const image = await stack.image();
  say.fact("up", `${op} in ${seconds}${pushed(traffic)}`);
  say.fact("layers", `${image.layers.length}, ${formatBytes(totalSize(image))} to pull`);
  say.fact("ref", image.ref);
  expectEqual(image.digest, promised, "the digest that the preview promised");
  return image;
}

async function nothingToDo(stack: Stack, registry: DemoRegistry): Promise<void> {
  say.title("2. pulumi up, nothing changed");
  const { op, traffic, seconds } = await up(stack, registry);
  say.fact("up", `${op} in ${seconds}${pushed(traffic)}${asked(traffic)}`);
}

async function changeASetting(
  stack: Stack,
  registry: DemoRegistry,
  before: RecordedImage,
): Promise<RecordedImage> {
  say.title("3. pulumi up, with another nix.conf: cores = 4");
  await stack.setConfig("nixConf", JSON.stringify({ cores: 4 }));
  const promised = await stack.preview();
  say.fact("preview", `digest ${shorten(before.digest)} → ${shorten(promised)}`);
  const { op, traffic, seconds } = await up(stack, registry);
  const image = await stack.image();
  say.fact("up", `${op} in ${seconds}${pushed(traffic)}`);
  // Compared place by place: a layer that had moved would count as changed.
  const changed = image.layers.filter(({ digest }, at) => digest !== before.layers[at]?.digest);
  const sizes = changed.map((layer) => formatBytes(layer.size)).join(", ");
  const others = image.layers.length - changed.length;
  say.fact(
    "layers",
    `${count(changed.length, "layer")} changed (${sizes}), ${others} are as they were`,
  );
  expectEqual(image.digest, promised, "the digest that the preview promised");
  return image;
}

async function moveTheTag(
  stack: Stack,
  registry: DemoRegistry,
  images: { readonly first: RecordedImage; readonly second: RecordedImage },
): Promise<void> {
  say.title("4. somebody moves the tag");
  const [tagged = ""] = images.second.taggedRefs;
  const repository = tagged.slice(0, tagged.lastIndexOf(":"));
  const tag = tagged.slice(repository.length + 1);
  const client = new RegistryClient(Repository.parse(repositoryUrl(registry, repository)));
  const older = await client.getManifest(images.first.digest);
  if (older === undefined) throw new Error(`${images.first.ref} is not in the registry`);
  await client.putManifest(tag, older);
  say.fact("elsewhere", `${tagged} now points to ${shorten(images.first.digest)}, the first image`);

  await stack.refresh();
  const { drift } = await stack.image();
  if (drift.length === 0) throw new Error("the refresh did not notice that the tag was moved");
  for (const line of drift) say.fact("refresh", shorten(line));

  const { op, traffic, seconds } = await up(stack, registry);
  const repaired = await client.headManifest(tag);
  expectEqual(repaired?.digest, images.second.digest, "what the tag points to");
  say.fact("up", `${op} in ${seconds}${pushed(traffic)}, the tag is back`);
}

async function up(stack: Stack, registry: DemoRegistry) {
  const started = performance.now();
  const { result, traffic } = await registry.watch(() => stack.up());
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const words = { create: "created", update: "updated", replace: "replaced", same: "unchanged" };
  return { op: words[result], traffic, seconds };
}

/** Empty for a registry that we cannot watch. */
function pushed(traffic: Traffic | undefined): string {
  if (traffic === undefined) return "";
  const size = traffic.blobs === 0 ? "" : `, ${formatBytes(traffic.bytes)}`;
  return `: ${count(traffic.blobs, "blob")} pushed${size}`;
}

const asked = (traffic: Traffic | undefined): string =>
  traffic === undefined ? "" : `, ${count(traffic.requests, "request")} to the registry`;

const totalSize = (image: RecordedImage): number =>
  image.layers.reduce((sum, layer) => sum + layer.size, 0);

/** A `ref` has no scheme; a registry that was given with http:// needs it. */
const repositoryUrl = (registry: DemoRegistry, repository: string): string =>
  registry.address.startsWith("http://") ? `http://${repository}` : repository;

/** The story must be true. */
function expectEqual(actual: string | undefined, expected: string, what: string): void {
  if (actual !== expected) throw new Error(`${what}: expected ${expected}; got ${String(actual)}`);
}
