// A Kubernetes Deployment that runs exactly the image that this stack pushes: `ref` names it by digest, and is
// known at preview, so `pulumi preview` shows which image the pods will run.
import * as k8s from "@pulumi/kubernetes";
import { Config } from "@pulumi/pulumi";
import { LixImage } from "pulumi-lix";

const config = new Config();
const image = new LixImage("ci", {
  registry: config.require("registry"), // "ghcr.io/acme"
  name: "lix-ci",
  extraPkgs: ["jq"],
});

const labels = { app: "nix-runner" };
new k8s.apps.v1.Deployment("runner", {
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        containers: [{ name: "nix", image: image.ref, command: ["sleep", "infinity"] }],
      },
    },
  },
});

export const { ref } = image;
