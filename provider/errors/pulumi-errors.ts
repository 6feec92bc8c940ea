/** What goes wrong at the boundary to Pulumi. @module */
import { entry } from "./entry.ts";

export const PULUMI_ERRORS = {
  CANCELLED: entry({
    meaning:
      "The operation was cancelled. What is pushed already stays, and the next `up` goes on.",
    message: () => "cancelled",
  }),
  CUSTOM_TIMEOUT: entry({
    meaning: "The resource's `customTimeouts` are shorter than what was to be done.",
    message: (p: { method: string; seconds: number }) =>
      `${p.method}: not done within ${p.seconds} s, the limit in the resource's customTimeouts`,
    hint: "the next `up` goes on from what is done; raise the limit",
  }),
  FOREIGN_VALUE: entry({
    meaning: "An argument is an asset or archive of Pulumi, or a text that is not UTF-8.",
    message: (p: { path: string }) => `${p.path}: expected plain values; got an asset or archive`,
    hint: 'name a file by its path, such as files: { "/etc/motd": { source: "./motd" } }',
  }),
  FUNCTION_UNKNOWN: entry({
    meaning: "The provider has no function of that name.",
    message: (p: { name: string; known: string }) => `no function ${p.name}; there is ${p.known}`,
  }),
  NOT_ON_THE_WIRE: entry({
    meaning: "A bug in pulumi-lix: a value for Pulumi is not JSON.",
    message: (p: { place: string }) => `${p.place}: expected a JSON value`,
    hint: "this is a bug in pulumi-lix; please report it",
  }),
  PARTLY_PUSHED: {
    meaning:
      "The first destination has the image, but a mirror or archive does not. The state records what was pushed, and the next `up` sends the rest.",
  },
  PROVIDER_SETTING_WRONG: entry({
    meaning: "A setting of the provider itself has a wrong value, or there is no such setting.",
    message: (p: { setting: string; expected: string | undefined; known: readonly string[] }) =>
      p.expected === undefined
        ? `lix:${p.setting}: there is no such setting`
        : `lix:${p.setting}: expected ${p.expected}`,
    hint: ({ expected, known }) =>
      expected === undefined ? `the provider has ${known.join(", ")}` : undefined,
  }),
  REFERENCE_MISSING: entry({
    meaning: "`getLixImage` needs the reference of an image.",
    message: (p: { name: string }) => `${p.name}: reference: expected a text`,
    hint: 'write it as "ghcr.io/acme/lix:latest"',
  }),
  PROVIDER_NOT_FOUND: {
    meaning:
      "Pulumi's provider process would not find pulumi-lix from the program's folder. Make it a direct dependency of the program.",
  },
  REFERENCE_CLAIMED_TWICE: entry({
    meaning: "Two resources of the stack push different images to one tag.",
    message: (p: { reference: string; first: string; second: string }) =>
      `${p.reference}: two resources of this stack claim it, for ${p.first} and for ${p.second}`,
    hint: "give them different names or tags",
  }),
};
