// One image in several registries: it is built once, and each mirror gets the same digest and the same tags.
// A refresh looks into all of them, and `up` repairs the one that lost something.
import { Config } from "@pulumi/pulumi";
import { LixImage } from "pulumi-lix";

const config = new Config();
const image = new LixImage("lix", {
  registry: config.require("registry"), // "ghcr.io/acme"
  mirrors: config.requireObject<string[]>("mirrors"), // ["registry.eu.example/acme/lix"]
  tag: "{version}",
  extraTags: ["latest"],
});

export const { ref, mirrorRefs, taggedRefs } = image;
