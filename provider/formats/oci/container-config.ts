/**
 * What a container of an image is started with, and how a program's settings are laid over it.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md#properties
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";

/** The specification's names. */
export interface ContainerConfig {
  readonly User?: string | undefined;
  readonly ExposedPorts?: readonly string[] | undefined;
  /** `NAME=value` */
  readonly Env: readonly string[];
  readonly Entrypoint?: readonly string[] | undefined;
  readonly Cmd: readonly string[];
  readonly Volumes?: readonly string[] | undefined;
  readonly WorkingDir?: string | undefined;
  readonly Labels: Readonly<Record<string, string>>;
  readonly StopSignal?: string | undefined;
  /**
   * When it was made, in RFC 3339; an image config has it next to these settings. Undefined: it has no date.
   */
  readonly created?: string | undefined;
}

/** What is not mentioned stays, and null removes. */
export interface ConfigChanges {
  readonly cmd?: readonly string[] | null | undefined;
  readonly entrypoint?: readonly string[] | null | undefined;
  readonly env?: Readonly<Record<string, EnvChange>> | undefined;
  readonly labels?: Readonly<Record<string, string | null>> | undefined;
  readonly workingDir?: string | null | undefined;
  readonly user?: string | null | undefined;
  readonly exposedPorts?: readonly string[] | null | undefined;
  readonly volumes?: readonly string[] | null | undefined;
  readonly stopSignal?: string | null | undefined;
}

/** A value, or what stands before and behind the value that is there, as in a search path. */
export type EnvChange =
  string | { readonly prepend?: string | undefined; readonly append?: string | undefined } | null;

/** Environment by name, labels by key, everything else as a whole. */
export function mergeConfig(config: ContainerConfig, changes: ConfigChanges): ContainerConfig {
  const { entrypoint, cmd } = changes;
  return {
    User: changed(config.User, changes.user),
    ExposedPorts: changed(config.ExposedPorts, exposedPorts(changes.exposedPorts)),
    Env: mergeEnv(config.Env, changes.env ?? {}),
    Entrypoint: changed(config.Entrypoint, entrypoint),
    // The command is the entrypoint's arguments: with another entrypoint it makes no sense. Docker does so.
    Cmd: changed(isSet(entrypoint) ? [] : config.Cmd, cmd) ?? [],
    Volumes: changed(config.Volumes, changes.volumes && [...new Set(changes.volumes)]),
    WorkingDir: changed(config.WorkingDir, changes.workingDir),
    Labels: mergeRecords(config.Labels, changes.labels ?? {}),
    StopSignal: changed(config.StopSignal, changes.stopSignal),
  };
}

const changed = <T>(before: T | undefined, change: T | null | undefined): T | undefined =>
  change === undefined ? before : (change ?? undefined);

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

/** As `docker build` writes EXPOSE: each port of a range, with its protocol, once. */
function exposedPorts(
  ports: readonly string[] | null | undefined,
): readonly string[] | null | undefined {
  if (ports === undefined || ports === null) return ports;
  const each = ports.flatMap((port) => {
    const [range = "", protocol = "tcp"] = port.split("/");
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol}`);
  });
  return [...new Set(each)];
}

/** A variable that is there keeps its place; new ones follow by name. */
function mergeEnv(
  env: readonly string[],
  changes: Readonly<Record<string, EnvChange>>,
): readonly string[] {
  const values = new Map(env.map((each) => splitAtEquals(each)));
  for (const name of Object.keys(changes).sort(compareUtf8)) {
    const value = envValue(values.get(name), changes[name] ?? null);
    if (value === undefined) values.delete(name);
    else values.set(name, value);
  }
  return [...values].map(([name, value]) => `${name}=${value}`);
}

function envValue(before: string | undefined, change: EnvChange): string | undefined {
  if (change === null || typeof change === "string") return change ?? undefined;
  const parts = [change.prepend, before, change.append];
  // An empty part of a search path would be the working directory.
  const filled = parts.filter((part) => part !== undefined && part !== "");
  // Nothing is to be added, so a variable that is not set stays unset.
  return filled.length === 0 ? before : filled.join(":");
}

function splitAtEquals(variable: string): [string, string] {
  const at = variable.indexOf("=");
  return [variable.slice(0, at), variable.slice(at + 1)];
}

function mergeRecords(
  record: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  const merged = new Map<string, string | null>([
    ...Object.entries(record),
    ...Object.entries(changes),
  ]);
  return Object.fromEntries(
    [...merged]
      .filter((entry): entry is [string, string] => entry[1] !== null)
      .sort(([a], [b]) => compareUtf8(a, b)),
  );
}

const compareUtf8 = (a: string, b: string): number =>
  ByteString.compare(ByteString.fromText(a), ByteString.fromText(b));
