/** What the program adds to the base system. @module */
import { z } from "zod";
import { argument, IMAGE_OUTPUTS } from "../argument.ts";
import { ID, id } from "./id.ts";

export const FILES = {
  files: argument({
    schema: z
      .record(
        z.string(),
        z.strictObject({
          text: z.string().optional(),
          source: z.string().min(1).optional(),
          target: z.string().min(1).optional(),
          directory: z.literal(true).optional(),
          mode: z
            .string()
            .regex(/^0?[0-7]{3,4}$/)
            .optional(),
          uid: id.optional(),
          gid: id.optional(),
        }),
      )
      .readonly()
      .default({}),
    type: "Readonly<Record<string, ImageFile>>",
    doc:
      'Files, links and directories by absolute path: `{ "/etc/motd": { text: "Hello\\n" } }`. They are a layer ' +
      "of their own above the base system, and replace a file or link of it. A store path that they mention " +
      "comes into the image. What another argument decides is refused, as is everything in `/nix`. Not for " +
      "secrets. See docs/running.md.",
    expected: 'an object of files, such as { "/etc/motd": { text: "Hello" } }',
    parts: {
      ".*": {
        interface: "ImageFile",
        doc: "Give one of `text`, `source`, `target` and `directory`.",
        expected: "an object with one of text, source, target and directory",
        placeholder: () => ({ text: "" }),
      },
      ".*.text": {
        type: "string | undefined",
        doc: "A file with this text in UTF-8, as it is.",
        expected: "a string",
        placeholder: () => "",
      },
      ".*.source": {
        type: "string | undefined",
        doc: "A copy of this file, or of a directory and everything in it, from disk.",
        expected: "the path of a file or directory",
        // A file that has to be there in any case.
        placeholder: (given) => given["lock"] ?? "lix-image.lock.json",
      },
      ".*.target": {
        type: "string | undefined",
        doc: "A symbolic link that leads there.",
        expected: "a path",
        placeholder: () => "/",
      },
      ".*.directory": {
        type: "true | undefined",
        doc: "A directory, empty unless other entries are in it.",
        expected: "true",
        placeholder: () => true,
      },
      ".*.mode": {
        type: "string | undefined",
        doc: 'Octal digits: `"0600"`. Of a directory from disk, the mode of the directory itself.',
        default: "0644; 0755 for directories and executables",
        expected: 'octal digits in quotes, such as "0644"',
      },
      ".*.uid": {
        type: "number | undefined",
        doc: "The owner, also of everything in a directory from disk.",
        default: "0; below the home of `user`, that user",
        expected: ID,
      },
      ".*.gid": {
        type: "number | undefined",
        doc: "The group, likewise.",
        default: "0; the group of `user`, where that is the owner",
        expected: ID,
      },
    },
    outputs: IMAGE_OUTPUTS,
    isPublished: true,
    diff: "planKey",
  }),
};
