import { LixImageError } from "../../base/errors.ts";

/** A profile says how to get keys, and that way is closed. */
export class AwsProfileUnusable extends LixImageError {
  readonly code = "AWS_PROFILE_UNUSABLE";
  constructor(profile: string, reason: string, options: { hint?: string; cause?: unknown } = {}) {
    super(`AWS profile ${JSON.stringify(profile)}: ${reason}`, {
      hint:
        options.hint ??
        `or set AWS_ACCESS_KEY_ID and its like: \`aws configure export-credentials --profile ${profile} --format env\` prints them`,
      cause: options.cause,
    });
  }
}
