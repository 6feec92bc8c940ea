/**
 * Everything that can go wrong, by code. docs/errors.md is written from it.
 *
 * `lixError` throws the entries that have a message. An entry with only a meaning belongs to a class:
 * somebody catches that error, or the domain names it.
 * @module
 */
import { APP_ERRORS } from "./app-errors.ts";
import { BASE_ERRORS } from "./base-errors.ts";
import { CLI_ERRORS } from "./cli-errors.ts";
import { DESTINATION_ERRORS } from "./destination-errors.ts";
import { FILESYSTEM_ERRORS } from "./filesystem-errors.ts";
import { HTTP_ERRORS } from "./http-errors.ts";
import { IMAGE_ERRORS } from "./image-errors.ts";
import { LOCK_ERRORS } from "./lock-errors.ts";
import { LOGIN_ERRORS } from "./login-errors.ts";
import { NIX_ERRORS } from "./nix-errors.ts";
import { OCI_ERRORS } from "./oci-errors.ts";
import { PLAN_ERRORS } from "./plan-errors.ts";
import { POLICY_ERRORS } from "./policy-errors.ts";
import { PULUMI_ERRORS } from "./pulumi-errors.ts";
import { REGISTRY_ERRORS } from "./registry-errors.ts";
import { RESOLVE_ERRORS } from "./resolve-errors.ts";
import { SIGNING_ERRORS } from "./signing-errors.ts";
import { SUBSTITUTER_ERRORS } from "./substituter-errors.ts";

export const CATALOGUE = {
  ...BASE_ERRORS,
  ...HTTP_ERRORS,
  ...NIX_ERRORS,
  ...OCI_ERRORS,
  ...FILESYSTEM_ERRORS,
  ...LOGIN_ERRORS,
  ...SUBSTITUTER_ERRORS,
  ...LOCK_ERRORS,
  ...REGISTRY_ERRORS,
  ...DESTINATION_ERRORS,
  ...PLAN_ERRORS,
  ...POLICY_ERRORS,
  ...SIGNING_ERRORS,
  ...IMAGE_ERRORS,
  ...APP_ERRORS,
  ...RESOLVE_ERRORS,
  ...PULUMI_ERRORS,
  ...CLI_ERRORS,
};
