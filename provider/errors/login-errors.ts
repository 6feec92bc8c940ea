/** What goes wrong when credentials are looked up. @module */

import { entry } from "./entry.ts";

export const LOGIN_ERRORS = {
  AWS_PROFILE_UNUSABLE: entry<{ profile: string; reason: string; hint: string }>({
    meaning:
      "A profile of AWS is not there, or the AWS CLI that its keys need is missing or gave none.",
    message: ({ profile, reason }) => `AWS profile ${JSON.stringify(profile)}: ${reason}`,
    hint: ({ hint }) => hint,
  }),
  AWS_ROLE_FAILED: {
    meaning: "AWS did not hand out keys for the role that the environment names.",
  },
  CREDENTIAL_HELPER_FAILED: {
    meaning: "The credential helper that the docker config names did not answer.",
  },
  CREDENTIAL_HELPER_MISSING: {
    meaning: "The credential helper that the docker config names is not installed.",
  },
  ECR_LOGIN_FAILED: {
    meaning: "Amazon ECR gave no token for the AWS credentials of the environment.",
  },
  GOOGLE_KEY_UNUSABLE: {
    meaning: "The file of `GOOGLE_APPLICATION_CREDENTIALS` is not the key of a service account.",
  },
  INVALID_AUTH_FILE: { meaning: "The docker config or containers auth.json cannot be understood." },
  INVALID_AWS_ENDPOINT: {
    meaning:
      "A variable names an address that would get keys of AWS, and it is no https URL or is by plain http.",
  },
  INVALID_AWS_REGION: { meaning: "What stands for a region of AWS is not the name of one." },
  INVALID_ECR_ENDPOINT: { meaning: "The endpoint of ECR in the environment is not a URL." },
};
