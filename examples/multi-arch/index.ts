// One reference for two architectures. Nothing is emulated: the packages of both come out of the binary caches.
// The lock must have both: lix-image lock --channel nixos-unstable --system x86_64-linux --system aarch64-linux
import { Config } from "@pulumi/pulumi";
import { LixImage } from "pulumi-lix";

const config = new Config();
const image = new LixImage("lix", {
  registry: config.require("registry"), // "ghcr.io/acme"
  systems: ["x86_64-linux", "aarch64-linux"],
});

export const ref = image.ref; // the index: each node pulls its own platform
export const arm64 = image.platforms.apply((platforms) => platforms["linux/arm64"]?.digest);
