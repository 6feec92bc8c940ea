// Runners for CI jobs on Kubernetes that are not root: Nix works for the user 1000 without a daemon, and the pods run
// exactly the image that the preview has shown.
import * as k8s from "@pulumi/kubernetes";
import { Config } from "@pulumi/pulumi";
import { LixImage } from "pulumi-lix";

const uid = 1000;
const image = new LixImage("runner-image", {
  registry: new Config().require("registry"), // "ghcr.io/acme"
  name: "ci-runner",
  user: { name: "ci", uid },
  config: { workingDir: "/work", env: { CI: "true", MANPATH: null } },
  files: {
    "/work": { directory: true, uid },
    // Jobs check out repositories that another user owns.
    "/etc/gitconfig": { text: "[safe]\n\tdirectory = *\n" },
  },
  gcRoots: "profile",
});

const labels = { app: "ci-runner" };
const securityContext = {
  runAsNonRoot: true,
  runAsUser: uid,
  runAsGroup: uid,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
};
const command = ["tail", "-f", "/dev/null"];
const containers = [{ name: "runner", image: image.ref, command, securityContext }];
new k8s.apps.v1.Deployment("runner", {
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  },
});

export const { ref } = image;
