/** Generates provider/plugin/schema.json. @module */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { z } from "zod";
import { ARGUMENT_LIST } from "../../../provider/arguments/table.ts";
import { CONFIG } from "../../../provider/plugin/config.ts";
import { REPOSITORY } from "../source-files.ts";
import { argumentRules } from "./argument-rules.ts";
import { documentedTypes, type DocumentedType } from "./doc-comments.ts";
import { plainDefault, type Rules } from "./json-rules.ts";
import {
  addOutputType,
  argumentType,
  outputProperties,
  property,
  TYPE_PREFIX,
  type Types,
} from "./plugin-types.ts";
import { defaultOf } from "./sdk-arguments.ts";

/** The type of the dynamic provider's resources, which a stack may have moved from. */
const DYNAMIC_TYPE = "pulumi-nodejs:dynamic/lix:LixImage";
/** What a registry knows of an image that something else pushed. */
const OF_A_REGISTRY = "ref digest taggedRefs revision version labels platforms size".split(" ");
const OUTPUTS = "LixImageOutputs";

export async function pluginSchemaFile(): Promise<string> {
  const path = join(REPOSITORY, "provider/plugin/schema.json");
  return format(JSON.stringify(pluginSchema(), undefined, 2), {
    ...(await resolveConfig(path)),
    filepath: path,
  });
}

function pluginSchema() {
  const types: Types = new Map();
  const config = configuration();
  const image = imageResource(types);
  return {
    name: "lix",
    displayName: "Lix image",
    ...published(),
    language: LANGUAGES,
    config: { variables: config },
    provider: { inputProperties: config },
    types: Object.fromEntries([...types].sort(([a], [b]) => (a < b ? -1 : 1))),
    resources: { [`${TYPE_PREFIX}LixImage`]: image },
    functions: { [`${TYPE_PREFIX}getLixImage`]: imageFunction() },
  };
}

const LANGUAGES = {
  nodejs: { packageName: "pulumi-lix-plugin", respectSchemaVersion: true },
  python: { packageName: "pulumi_lix", respectSchemaVersion: true, pyproject: { enabled: true } },
  go: { respectSchemaVersion: true, generateResourceContainerTypes: true },
  csharp: { respectSchemaVersion: true },
  java: { buildFiles: "gradle" },
};

/** What package.json says. */
function published() {
  const { version, description, license, keywords, repository } = Object(
    JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")),
  );
  const [, owner, name] = /github\.com[/:]([^/]+)\/([^/.]+)/.exec(repository?.url ?? "") ?? [];
  return {
    version,
    description,
    keywords,
    license,
    ...(owner === undefined
      ? {}
      : {
          repository: `https://github.com/${owner}/${name}`,
          publisher: owner,
          // Releases have the archives that `npm run plugin` makes.
          pluginDownloadURL: `github://api.github.com/${owner}/${name}`,
        }),
  };
}

function imageResource(types: Types) {
  const rules = argumentRules();
  const inputs = ARGUMENT_LIST.map(([name, entry]) => {
    const found = rules.get(name) ?? {};
    const type = argumentType(name, entry, found, types);
    const spec = property(type, entry.doc, defaultOf(entry), plainDefault(found));
    return [name, entry.diff === "repository" ? { ...spec, willReplaceOnChanges: true } : spec];
  });
  for (const type of documentedTypes("sdk/outputs.ts"))
    if (type.name !== OUTPUTS) addOutputType(type, types);
  return {
    description: documented("sdk/lix-image.ts", "LixImage").comment,
    inputProperties: Object.fromEntries(inputs),
    ...outputProperties(documented("sdk/outputs.ts", OUTPUTS).members),
    aliases: [{ type: DYNAMIC_TYPE }],
  };
}

function imageFunction() {
  const { members } = documented("sdk/outputs.ts", OUTPUTS);
  const reference =
    "`registry/name` (the tag `latest`), `registry/name:tag` or `registry/name@sha256:…`.";
  return {
    description: "Reads an image that something else pushed from its registry.",
    inputs: {
      properties: { reference: property({ type: "string" }, reference) },
      required: ["reference"],
    },
    outputs: outputProperties(members.filter(({ name }) => OF_A_REGISTRY.includes(name))),
  };
}

function configuration() {
  return Object.fromEntries(
    Object.entries(CONFIG).map(([name, { schema, doc, default: fallback }]) => {
      const rules: Rules = z.toJSONSchema(schema, { io: "input" }) as Rules;
      return [name, property({ type: rules.type }, doc, fallback)];
    }),
  );
}

function documented(file: string, type: string): DocumentedType {
  const found = documentedTypes(file).find(({ name }) => name === type);
  if (found === undefined) throw new Error(`${file} has no ${type}`);
  return found;
}
