/** What goes wrong when a lock is made. @module */

export const RESOLVE_ERRORS = {
  CHANNEL_NOT_FOUND: { meaning: "There is no channel of that name or URL." },
  EXPORT_FAILED: { meaning: "`lix-image lock --export` cannot write into its folder." },
  HYDRA_BUSY: {
    meaning:
      "Hydra answers 429 or fails, after all retries. What it said before is kept, so the next try goes on from there.",
  },
  INVALID_JSON_STREAM: {
    meaning: "A long JSON text from a server is cut off, or is not what it should be.",
  },
  INVALID_PACKAGE_PATHS: {
    meaning: "The `--path` arguments of `lix-image lock` do not fit together.",
  },
  NIX_EVALUATION_FAILED: {
    meaning: "What is given to `lix-image lock --nix` or `--flake` does not evaluate.",
  },
  NIX_NOT_FOUND: { meaning: "`lix-image lock --nix` and `--flake` need an installed Nix or Lix." },
  NOT_A_CHANNEL: { meaning: "The URL answers, but not as a release of a channel does." },
  NOT_HYDRA: {
    meaning:
      "Hydra's address answers with something else than a build: a proxy, or its gate against robots.",
  },
  PATHS_NOT_IN_CACHES: {
    meaning:
      "`lix-image lock` found store paths that no cache has; each is listed with the caches asked.",
  },
  SERVER_REFUSED: {
    meaning: "A server from which a lock is made answers with an error, after all retries.",
  },
  UNKNOWN_ATTRIBUTES: { meaning: "The channel has no packages of these names." },
  UNUSABLE_JOBS: {
    meaning:
      "Hydra has no finished, successful build of these packages in the channel's evaluation.",
  },
  UNUSABLE_LIX_RELEASE: { meaning: "A release of Lix names no store path for the system." },
  UNUSABLE_NIX_FILE: {
    meaning:
      "What is given to `lix-image lock --nix` or `--flake` lacks packages that the image needs.",
  },
  UNUSABLE_PACKAGE_INDEX: { meaning: "A channel's packages.json.br cannot be read." },
};
