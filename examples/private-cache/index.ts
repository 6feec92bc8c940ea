// An image whose Nix has flakes, takes packages from a cache of your own as well, and builds in a sandbox where the
// container may have one. docs/nix-conf.md says what each setting does.
import { Config } from "@pulumi/pulumi";
import { LixImage } from "pulumi-lix";

const config = new Config();
const cache = config.require("cache"); // "https://cache.corp.example"
const key = config.require("cacheKey"); // "corp-1:…", the public key that the cache signs with
const airGapped = config.getBoolean("airGapped") ?? false; // containers reach this cache and nothing else

const image = new LixImage("lix", {
  registry: config.require("registry"),
  nixConf: {
    "experimental-features": ["nix-command", "flakes"],
    // "extra-" adds to what Lix has by itself, which is cache.nixos.org; an empty registry downloads none.
    ...(airGapped
      ? { substituters: [cache], "flake-registry": "" }
      : { "extra-substituters": [cache] }),
    // nix.conf has the first of these keys by default, so the list replaces it and names both.
    "trusted-public-keys": ["cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=", key],
    // It tries to build in a sandbox, and does without where the container has no user namespaces.
    sandbox: true,
    "sandbox-fallback": true,
  },
});

export const { ref } = image;
