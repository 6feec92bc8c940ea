import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface StartOptions {
  /** Absolute; undefined: the placeholder packages of the quickstart. */
  readonly lock: string | undefined;
  /** `ghcr.io/acme`; undefined: a registry in this process. */
  readonly registry: string | undefined;
  /** Whether Pulumi's engine may be downloaded when there is none. */
  readonly install: boolean;
  /** Whether to write dist/ first. */
  readonly build: boolean;
}

export const USAGE = `npm start -- [--lock FILE] [--registry HOST] [--no-install] [--no-build]

Runs examples/quickstart with Pulumi and narrates what happens.

  --lock FILE      build from this lock (default: placeholder packages that ship with the example)
  --registry HOST  push there, ghcr.io/acme (default: a registry in this process)
  --no-install     never download Pulumi's engine; without one, a stand-in drives the provider
  --no-build       use dist/ as it is`;

/** The text to print instead, when help was asked for or an argument is wrong. */
export function parseStartOptions(args: readonly string[]): StartOptions | string {
  let values: ReturnType<typeof parse>["values"];
  try {
    values = parse(args).values;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
  if (values.help) return USAGE;
  return {
    // npm and our launcher run us at the root; this is where the command was typed.
    lock: values.lock && resolve(process.env["INIT_CWD"] ?? "", values.lock),
    registry: values.registry,
    install: !values["no-install"],
    build: !values["no-build"],
  };
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: {
      lock: { type: "string" },
      registry: { type: "string" },
      "no-install": { type: "boolean", default: false },
      "no-build": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
