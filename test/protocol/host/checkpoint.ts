/**
 * The state of a stack, in the form of `pulumi stack export`: JSON whose secrets are encrypted, so that
 * a test can search it for what must not be there, keep it, edit it and load it again.
 * @module
 */
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import { isObject, isSecret, mapValues, secret, SECRET, SIGNATURE } from "./wire.ts";
import type { Properties, Value } from "./wire.ts";

export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string | undefined;
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly parent?: string | undefined;
  readonly dependencies?: readonly string[] | undefined;
  readonly protect?: boolean | undefined;
  readonly retainOnDelete?: boolean | undefined;
  readonly additionalSecretOutputs?: readonly string[] | undefined;
  /** Read by `opts.id`, not ours to change. */
  readonly external?: boolean | undefined;
  /** Replaced, and still to be deleted. */
  readonly delete?: boolean | undefined;
  /** Reasons of a partial failure: the next update is forced. */
  readonly initErrors?: readonly string[] | undefined;
}

export interface Checkpoint {
  readonly version: 3;
  readonly deployment: { readonly resources: readonly ResourceState[] };
}

export const Checkpoint = {
  format: (resources: readonly ResourceState[]): Checkpoint =>
    // JSON drops the fields that are undefined.
    JSON.parse(
      JSON.stringify({
        version: 3,
        deployment: { resources: resources.map((one) => mapState(one, seal)) },
      }),
    ) as Checkpoint,
  /** Without the providers of plugins, which have no configuration here. */
  parse: (checkpoint: Checkpoint): ResourceState[] =>
    checkpoint.deployment.resources
      .filter(({ type }) => type !== "pulumi:providers:lix")
      .map((one) => mapState(one, unseal)),
};

/** The engine leaves out what is empty. */
type Written = Omit<ResourceState, "inputs" | "outputs"> & Partial<ResourceState>;

function mapState(state: Written, change: (value: Value) => Value): ResourceState {
  const { inputs = {}, outputs = {} } = state;
  return { ...state, inputs: mapValues(inputs, change), outputs: mapValues(outputs, change) };
}

// Not a vault: it only keeps plain text out of what tests search. Equal text gives equal ciphertext,
// so that two exports of one state compare equal.
const KEY = createHash("sha256").update("pulumi-lix protocol host").digest();
const IV_SIZE = 12;
const TAG_SIZE = 16;

function seal(value: Value): Value {
  if (isSecret(value)) return { [SIGNATURE]: SECRET, ciphertext: encrypt(value["value"] ?? null) };
  if (isObject(value)) return mapValues(value, seal);
  return Array.isArray(value) ? value.map(seal) : value;
}

function unseal(value: Value): Value {
  if (isSecret(value)) return secret(decrypt(String(value["ciphertext"])));
  if (isObject(value)) return mapValues(value, unseal);
  return Array.isArray(value) ? value.map(unseal) : value;
}

function encrypt(value: Value): string {
  const text = JSON.stringify(value);
  const iv = createHash("sha256").update(text).digest().subarray(0, IV_SIZE);
  const cipher = createCipheriv("aes-256-gcm", KEY, iv);
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64");
}

function decrypt(ciphertext: string): Value {
  const bytes = Buffer.from(ciphertext, "base64");
  const decipher = createDecipheriv("aes-256-gcm", KEY, bytes.subarray(0, IV_SIZE));
  decipher.setAuthTag(bytes.subarray(IV_SIZE, IV_SIZE + TAG_SIZE));
  const text = Buffer.concat([
    decipher.update(bytes.subarray(IV_SIZE + TAG_SIZE)),
    decipher.final(),
  ]);
  return JSON.parse(text.toString("utf8")) as Value;
}
