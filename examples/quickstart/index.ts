import { Config } from "@pulumi/pulumi";
import { LixImage } from "pulumi-lix";

const config = new Config();

const image = new LixImage("lix", {
  registry: config.require("registry"), // "ghcr.io/acme"
  lock: config.get("lock"), // lix-image.lock.json
  nixConf: config.getObject("nixConf"), // { "cores": 4 }
});

export const { ref, digest, taggedRefs, size } = image; // ref is what a deployment takes
