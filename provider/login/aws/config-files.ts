/**
 * The files that AWS's tools share: `~/.aws/credentials` and `~/.aws/config`.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { homeOf, type Environment } from "../../base/environment.ts";

type Values = ReadonlyMap<string, string>;

export interface AwsProfile {
  readonly name: string;
  /** What the credentials file has. */
  readonly credentials: Section;
  /** What the config file has. */
  readonly config: Section;
  /** What both have; where they differ, the credentials file counts. */
  readonly values: Values;
}

export interface Section {
  /** File and heading, for messages. */
  readonly source: string;
  readonly values: Values;
}

/** undefined when neither file has it. */
export async function readAwsProfile(
  name: string,
  environment: Environment,
): Promise<AwsProfile | undefined> {
  const { credentials, config } = filesOf(environment);
  const inCredentials = await readSection(credentials, [name]);
  const headings = name === "default" ? ["profile default", name] : [`profile ${name}`];
  const inConfig = await readSection(config, headings);
  if (inCredentials === undefined && inConfig === undefined) return undefined;
  const none = new Map<string, string>();
  return {
    name,
    credentials: inCredentials ?? { source: credentials, values: none },
    config: inConfig ?? { source: config, values: none },
    values: new Map([...(inConfig?.values ?? none), ...(inCredentials?.values ?? none)]),
  };
}

function filesOf(environment: Environment): { credentials: string; config: string } {
  const folder = join(homeOf(environment), ".aws");
  return {
    credentials: environment["AWS_SHARED_CREDENTIALS_FILE"] || join(folder, "credentials"),
    config: environment["AWS_CONFIG_FILE"] || join(folder, "config"),
  };
}

/** The first of the headings that is there. */
async function readSection(
  file: string,
  headings: readonly string[],
): Promise<Section | undefined> {
  // A file that is missing, or that we may not read, counts as empty.
  const sections = sectionsOf(await readFile(file, "utf8").catch(() => ""));
  const heading = headings.find((each) => sections.has(each));
  const values = heading === undefined ? undefined : sections.get(heading);
  return values && { source: `${file} [${heading}]`, values };
}

function sectionsOf(text: string): ReadonlyMap<string, Values> {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    if (heading !== undefined) {
      // [profile "a b"]
      const name = heading.replace(/\s+/g, " ").replace(/"/g, "");
      current = sections.get(name) ?? new Map<string, string>();
      sections.set(name, current);
    }
    const [, name, value] = /^([^\s#;=[][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) current?.set(name.toLowerCase(), value);
  }
  return sections;
}
