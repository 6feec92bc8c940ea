/**
 * Which addresses may get credentials of AWS. The environment decides it, by the variables that AWS's own
 * tools read; plain http is for this machine alone.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * @module
 */
import { isConfidential } from "../../base/confidential.ts";
import type { Environment } from "../../base/environment.ts";
import { LixImageError } from "../../base/errors.ts";

/** The first of the variables that is set, as a URL. */
export function namedEndpoint(
  variables: readonly string[],
  environment: Environment,
): URL | undefined {
  const variable = variables.find((name) => environment[name]);
  const text = variable === undefined ? undefined : environment[variable];
  if (variable === undefined || text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    throw new InvalidAwsEndpoint(variable, "something else");
  if (!isConfidential(url)) throw new InvalidAwsEndpoint(variable, "one by plain http");
  return url;
}

export class InvalidAwsEndpoint extends LixImageError {
  readonly code = "INVALID_AWS_ENDPOINT";
  constructor(variable: string, got: string) {
    super(`${variable}: expected an https URL, or an http URL of this machine; got ${got}`, {
      hint: "credentials go there, and plain http shows them to everybody on the way",
    });
  }
}
