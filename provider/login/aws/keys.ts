import type { Environment } from "../../base/environment.ts";
import { Secrets } from "../../base/secrets.ts";

/** The keys by which AWS knows us. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface FoundAwsKeys extends AwsKeys {
  /** Where they were found, for messages. */
  readonly source: string;
}

/** Keys that are in use from now on, and so never shown. */
export function remembered(keys: FoundAwsKeys): FoundAwsKeys {
  Secrets.remember(keys.secretAccessKey, keys.sessionToken);
  return keys;
}

export function variableKeys(environment: Environment): FoundAwsKeys | undefined {
  const accessKeyId = environment["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"];
  if (!accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = environment["AWS_SESSION_TOKEN"] || undefined;
  return remembered({ accessKeyId, secretAccessKey, sessionToken, source: "AWS_ACCESS_KEY_ID" });
}
