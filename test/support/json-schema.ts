/** Validates documents by official JSON schemas. @module */
import { readFileSync } from "node:fs";
import Ajv from "ajv";

const read = (name: string): object =>
  Object(JSON.parse(readFileSync(new URL(`../vectors/sbom/${name}`, import.meta.url), "utf8")));

/** @returns the errors in a document: one line each. */
export function schemaValidator(
  schema: string,
  ...referred: readonly string[]
): (document: unknown) => readonly string[] {
  // ajv 6 does not know the formats iri-reference and idn-email.
  const ajv = new Ajv({ allErrors: true, unknownFormats: "ignore", logger: false });
  // They are referred to by the names of their files.
  for (const name of referred) ajv.addSchema(read(name), `http://cyclonedx.org/schema/${name}`);
  const validate = ajv.compile(read(schema));
  return (document) =>
    validate(document) === true
      ? []
      : (validate.errors ?? []).map(({ dataPath, message }) => `${dataPath}: ${message}`);
}
