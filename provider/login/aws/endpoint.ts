/**
 * Which addresses may get credentials of AWS. The environment decides it, by the variables that AWS's own
 * tools read; plain http is for this machine alone.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * @module
 */
import { isConfidential } from "../../base/confidential.ts";
import type { Environment } from "../../base/environment.ts";
import { lixError } from "../../errors/lix-error.ts";

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
    throw lixError("INVALID_AWS_ENDPOINT", { variable, got: "something else" });
  if (!isConfidential(url))
    throw lixError("INVALID_AWS_ENDPOINT", { variable, got: "one by plain http" });
  return url;
}
