// The image of a GitHub Actions job, and a variable of the repository that names it by digest. workflow.yaml uses the
// variable, so every job runs exactly the image that the preview has shown.
import * as github from "@pulumi/github";
import { Config } from "@pulumi/pulumi";
import { LixImage } from "pulumi-lix";

const config = new Config();
const image = new LixImage("job", {
  registry: config.require("registry"), // "ghcr.io/acme"
  name: "lix-job",
  // GitHub's runner mounts a Node of its own into the container, and clones as another user.
  compat: { githubActions: true },
  extraPkgs: ["jq"],
  nixConf: { "experimental-features": ["nix-command", "flakes"] },
});

new github.ActionsVariable("lix-job-image", {
  repository: config.require("repository"), // "infra"
  variableName: "LIX_JOB_IMAGE",
  value: image.ref,
});

export const { ref } = image;
