/** The arguments that decide what is in an image, as a document may have them. @module */
import { ARGUMENT_LIST } from "../arguments/table.ts";
import type { Json } from "../base/canonical-json.ts";
import { ByteString } from "../base/byte-string.ts";
import { isSecretName, redactByLooks } from "../base/redact.ts";
import { HIDDEN } from "../base/secrets.ts";
import { NarHash } from "../formats/nix/nix-hash.ts";
import { writeNar } from "../formats/nix/nar-writer.ts";
import type { PlatformInput } from "../plan/platform-input.ts";
import type { ImagePlan } from "./plan-image.ts";

/**
 * Without credentials, and without paths of this machine: the lock is named by its digest, a flake registry by its
 * store path, and files by the hashes of their contents.
 */
export function contentParameters({
  spec,
  inputs,
}: Pick<ImagePlan, "spec" | "inputs">): Readonly<Record<string, Json>> {
  const [input] = inputs;
  if (input === undefined) throw new RangeError("an image has at least one platform");
  const replaced: Readonly<Record<string, unknown>> = {
    lock: undefined,
    flakeRegistry: registryPath(input),
    files: fileHashes(spec.files, input),
  };
  return Object.fromEntries(
    ARGUMENT_LIST.flatMap(([name, { diff }]) => {
      const value = name in replaced ? replaced[name] : spec.args[name];
      return diff !== "planKey" || value === undefined ? [] : [[name, publicJson(value)]];
    }),
  );
}

const registryPath = ({ flakeRegistry: registry }: PlatformInput): string | undefined =>
  registry?.kind === "imported" ? registry.generated.info.storePath : registry?.storePath;

function fileHashes(files: ImagePlan["spec"]["files"], input: PlatformInput) {
  const hashes = new Map(
    input.files.map(({ path, tree }) => [ByteString.toText(path), NarHash.of(writeNar(tree))]),
  );
  return Object.fromEntries(
    Object.entries(files).map(([path, { text: _, source: __, ...rest }]) => [
      path,
      { narHash: hashes.get(path), ...rest },
    ]),
  );
}

/** Sorted, since the order of properties has no meaning. @param name of the property that has this value. */
function publicJson(value: unknown, name = ""): Json {
  if (Array.isArray(value)) return value.map((each) => publicJson(each, name));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([key, each]) => [key, publicJson(each, key)]),
    );
  if (isSecretName(name)) return HIDDEN;
  return typeof value === "number" || typeof value === "boolean"
    ? value
    : redactByLooks(String(value));
}
