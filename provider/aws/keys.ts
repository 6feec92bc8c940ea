import type { Environment } from "../base/environment.ts";

/** Who we are to AWS. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface FoundAwsKeys extends AwsKeys {
  /** Where they were found, for messages. */
  readonly source: string;
}

export function variableKeys(environment: Environment): FoundAwsKeys | undefined {
  const accessKeyId = environment["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"];
  if (!accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = environment["AWS_SESSION_TOKEN"] || undefined;
  return { accessKeyId, secretAccessKey, sessionToken, source: "AWS_ACCESS_KEY_ID" };
}
