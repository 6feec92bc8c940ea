/** What goes wrong when credentials are looked up. @module */

import { entry } from "./entry.ts";

export const LOGIN_ERRORS = {
  AWS_PROFILE_UNUSABLE: entry<{ profile: string; reason: string; hint: string }>({
    meaning:
      "An AWS profile does not exist, or the AWS CLI, which provides its keys, is missing or returned none.",
    message: ({ profile, reason }) => `AWS profile ${JSON.stringify(profile)}: ${reason}`,
    hint: ({ hint }) => hint,
  }),
  AWS_ROLE_FAILED: entry<{ source: string; got: string }>({
    meaning: "AWS returned no keys for the role that the environment or a profile names.",
    message: ({ source, got }) => `${source}: expected AWS keys; got ${got}`,
    hint: "check the role and its trust policy, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  }),
  CREDENTIAL_HELPER_FAILED: entry<{ program: string; server: string; reason: string }>({
    meaning: "The credential helper that the docker config names did not answer.",
    message: ({ program, server, reason }) => `${program} get ${server}: ${reason}`,
    hint: "run it by hand to see why, or remove it from credHelpers or credsStore in the docker config",
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
    meaning: "Amazon ECR returned no token for the AWS keys that were found.",
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
      "A variable names an address that AWS keys would be sent to, but it is not an https URL.",
    message: ({ variable, got }) =>
      `${variable}: expected an https URL, or an http URL of this machine; got ${got}`,
    hint: "credentials are sent there, and with plain http everyone on the way can read them",
  }),
  INVALID_AWS_REGION: entry<{ region: string }>({
    meaning: "A setting that should name an AWS region does not.",
    message: ({ region }) =>
      `expected an AWS region, such as eu-west-1; got ${JSON.stringify(region.slice(0, 80))}`,
    hint: "check AWS_REGION, `region` in AWS's shared config files, and the region in the cache's URL",
  }),
  INVALID_ECR_ENDPOINT: entry<Record<never, never>>({
    meaning: "The environment names an endpoint of ECR that is not an https URL.",
    message: () =>
      "AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL_ECR_PUBLIC or AWS_ENDPOINT_URL: expected an https URL, or an http URL of this machine; got something else",
  }),
};
