/** What goes wrong when credentials are looked up. @module */

import { entry } from "./entry.ts";

export const LOGIN_ERRORS = {
  AWS_PROFILE_UNUSABLE: entry<{ profile: string; reason: string; hint: string }>({
    meaning:
      "A profile of AWS is not there, or the AWS CLI that its keys need is missing or gave none.",
    message: ({ profile, reason }) => `AWS profile ${JSON.stringify(profile)}: ${reason}`,
    hint: ({ hint }) => hint,
  }),
  AWS_ROLE_FAILED: entry<{ source: string; got: string }>({
    meaning: "AWS did not hand out keys for the role that the environment or a profile names.",
    message: ({ source, got }) => `${source}: expected keys of AWS; got ${got}`,
    hint: "check the role and its trust policy, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  }),
  CREDENTIAL_HELPER_FAILED: entry<{ program: string; server: string; reason: string }>({
    meaning: "The credential helper that the docker config names did not answer.",
    message: ({ program, server, reason }) => `${program} get ${server}: ${reason}`,
    hint: "run it by hand, or remove it from credHelpers or credsStore of the docker config",
  }),
  CREDENTIAL_HELPER_MISSING: {
    meaning: "The credential helper that the docker config names is not installed.",
  },
  ECR_LOGIN_FAILED: entry<{
    source: string;
    region: string;
    service: "ecr" | "ecr-public";
    got: string;
  }>({
    meaning: "Amazon ECR gave no token for the AWS keys that were found.",
    message: ({ source, region, got }) =>
      `ECR login in ${region} with ${source}: expected a token; got ${got}`,
    hint: ({ service }) =>
      service === "ecr"
        ? "the keys need the permission ecr:GetAuthorizationToken, and temporary ones expire"
        : "the keys need the permissions ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken",
  }),
  GOOGLE_KEY_UNUSABLE: entry<{ source: string; got: string }>({
    meaning: "The file of `GOOGLE_APPLICATION_CREDENTIALS` is not the key of a service account.",
    message: ({ source, got }) => `${source}: expected the key of a service account; got ${got}`,
    hint: "run `gcloud auth configure-docker HOST`, or set GOOGLE_OAUTH_ACCESS_TOKEN to what `gcloud auth print-access-token` prints",
  }),
  INVALID_AUTH_FILE: { meaning: "The docker config or containers auth.json cannot be understood." },
  INVALID_AWS_ENDPOINT: entry<{ variable: string; got: string }>({
    meaning:
      "A variable names an address that would get keys of AWS, and the address is no https URL.",
    message: ({ variable, got }) =>
      `${variable}: expected an https URL, or an http URL of this machine; got ${got}`,
    hint: "credentials go there, and plain http shows them to everybody on the way",
  }),
  INVALID_AWS_REGION: entry<{ region: string }>({
    meaning: "A setting that should be a region of AWS is not the name of one.",
    message: ({ region }) =>
      `expected a region of AWS, such as eu-west-1; got ${JSON.stringify(region.slice(0, 80))}`,
    hint: "check AWS_REGION, `region` in the shared files of AWS, and the region in the cache's URL",
  }),
  INVALID_ECR_ENDPOINT: entry<Record<never, never>>({
    meaning: "The endpoint of ECR in the environment is no https URL.",
    message: () =>
      "AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL_ECR_PUBLIC or AWS_ENDPOINT_URL: expected an https URL, or an http URL of this machine; got another",
  }),
};
