// A dev container with flakes. The user is not root, and Nix works for it without a daemon; VS Code installs its server
// into the home. .devcontainer/devcontainer.json names the image by its tag.
import { Config } from "@pulumi/pulumi";
import { LixImage } from "pulumi-lix";

const image = new LixImage("dev", {
  registry: new Config().require("registry"), // "ghcr.io/acme"
  name: "dev",
  tag: "latest",
  compat: { devContainer: true },
  // Docker on Linux gives the container your files as they are: use your own uid.
  user: { name: "vscode", uid: 1000 },
  extraPkgs: ["jq"],
  nixConf: { "experimental-features": ["nix-command", "flakes"] },
});

export const { ref } = image;
