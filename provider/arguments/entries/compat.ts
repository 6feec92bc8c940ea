/** Which CI systems and editors the image is for. @module */
import { z } from "zod";
import { argument, IMAGE_OUTPUTS, TRUE_OR_FALSE, type InnerPart } from "../argument.ts";

const target = (doc: string): InnerPart => ({
  type: "boolean | undefined",
  doc,
  default: "`false`",
  expected: TRUE_OR_FALSE,
  isPublic: true,
});

const flag = z.boolean().optional();

export const COMPAT = {
  compat: argument({
    schema: z
      .strictObject({ githubActions: flag, forgejo: flag, gitlab: flag, devContainer: flag })
      .readonly()
      .default({}),
    type: "Compat",
    doc:
      "What CI systems and editors expect of a Linux distribution: `/bin/bash`, `/etc/os-release`, `nsswitch.conf`, " +
      "`services`, `protocols` and `gitconfig`, certificates where other distributions have them and, where it is " +
      "needed, the loader and libraries for programs that Nix did not build. `files` and `config` replace each of " +
      "them. See docs/running.md.",
    expected: "an object of targets, such as { githubActions: true }",
    interface: "Compat",
    parts: {
      ".githubActions": target(
        "A job's `container` on GitHub Actions: the Node that the runner mounts can run.",
      ),
      ".forgejo": target(
        "A job's image on Forgejo and Gitea: also `/bin/sleep`, and `nodejs` from the lock unless `extraPkgs` has one.",
      ),
      ".gitlab": target("A job's image on GitLab."),
      ".devContainer": target(
        "A dev container: the server of VS Code can run. `sed` and `getconf` are added where the lock has them.",
      ),
    },
    outputs: [...IMAGE_OUTPUTS, "packages"],
    isPublished: false,
    diff: "planKey",
  }),
};
