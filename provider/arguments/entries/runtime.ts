/** How a container of the image starts, and whom it runs as. @module */
import { z } from "zod";
import { AbsolutePath } from "../absolute-path.ts";
import { argument, IMAGE_OUTPUTS, type InnerPart } from "../argument.ts";
import { ID, id } from "./id.ts";

const path = z.string().regex(AbsolutePath.pattern);
const words = z.array(z.string()).readonly();

const WORDS = "a list of words";
const WORD: InnerPart = { expected: "a string", placeholder: () => "unknown" };
const PATH = 'an absolute path without ".", ".." and a slash at its end, such as "/work"';
/** @see https://github.com/moby/sys/blob/main/signal/signal_linux.go */
const SIGNAL = new RegExp(
  "^(?:SIG(?:ABRT|ALRM|BUS|CHLD|CLD|CONT|FPE|HUP|ILL|INT|IO|IOT|KILL|PIPE|POLL|PROF|PWR|QUIT|SEGV|STKFLT|STOP|" +
    "SYS|TERM|TRAP|TSTP|TTIN|TTOU|URG|USR1|USR2|VTALRM|WINCH|XCPU|XFSZ|" +
    "RTMIN(?:\\+(?:[1-9]|1[0-5]))?|RTMAX(?:-(?:[1-9]|1[0-4]))?)|[1-9]|[1-5]\\d|6[0-4])$",
);
const OR_NULL = ", or null to leave it out";

export const RUNTIME = {
  user: argument({
    schema: z
      .union([
        z.literal("any"),
        z.strictObject({
          name: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/),
          uid: id.min(1),
          gid: id.optional(),
          home: z.string().regex(AbsolutePath.inPasswd).optional(),
          shell: z.string().regex(AbsolutePath.inPasswd).optional(),
        }),
      ])
      .optional(),
    type: '"any" | User',
    doc:
      "Whom the image runs as instead of root. Nix works for it without a daemon: it owns `/nix` and its home " +
      "in the layers themselves, and has the profile, the channel, `User`, `USER`, `HOME` and `PATH`. " +
      '`"any"` is for clusters that choose the user, such as OpenShift: group 0 may write wherever Nix does. ' +
      "See docs/running.md.",
    default: "root, as in docker.nix",
    expected: '"any" or { name, uid }',
    isPublic: true,
    interface: "User",
    parts: {
      ".name": {
        type: "string",
        doc: "In `/etc/passwd`; also the name of its group.",
        expected: 'a name of lower-case letters, digits, - and _, such as "lix"',
        isPublic: true,
        placeholder: () => "lix",
      },
      ".uid": {
        type: "number",
        doc: "1..2147483647, and not the number of one of Nix's build users.",
        expected: "a whole number from 1 to 2147483647",
        placeholder: () => 1000,
      },
      ".gid": { type: "number | undefined", doc: "The group.", default: "the uid", expected: ID },
      ".home": {
        type: "string | undefined",
        doc: "The home, which the image brings along.",
        default: "`/home/NAME`",
        expected:
          'an absolute path without ".", "..", a colon and a slash at its end, such as "/home/lix"',
        isPublic: true,
      },
      ".shell": {
        type: "string | undefined",
        doc: "The login shell in `/etc/passwd`.",
        default: "the image's bash",
        expected:
          'an absolute path without ".", "..", a colon and a slash at its end, such as "/bin/sh"',
        isPublic: true,
      },
    },
    outputs: IMAGE_OUTPUTS,
    isPublished: true,
    diff: "planKey",
  }),
  config: argument({
    schema: z
      .strictObject({
        cmd: words.nullable().optional(),
        entrypoint: words.nullable().optional(),
        env: z
          .record(
            z.string(),
            z.union([
              z.string(),
              z.null(),
              z.strictObject({ prepend: z.string().optional(), append: z.string().optional() }),
            ]),
          )
          .readonly()
          .optional(),
        labels: z.record(z.string(), z.string().nullable()).readonly().optional(),
        workingDir: z.string().regex(AbsolutePath.orRoot).nullable().optional(),
        user: z.string().min(1).nullable().optional(),
        exposedPorts: z
          .array(z.string().regex(/^\d{1,5}(-\d{1,5})?(\/(tcp|udp|sctp))?$/))
          .readonly()
          .nullable()
          .optional(),
        volumes: z.array(path).readonly().nullable().optional(),
        stopSignal: z.string().regex(SIGNAL).nullable().optional(),
      })
      .readonly()
      .default({}),
    type: "ContainerConfig",
    doc:
      "How a container starts: laid over what docker.nix sets. Variables and labels are merged by name, " +
      "everything else replaces; what is not mentioned stays, and null removes. Not for secrets, because " +
      "everybody can read it in the image.",
    expected: 'an object of settings, such as { workingDir: "/work" }',
    interface: "ContainerConfig",
    parts: {
      ".cmd": {
        type: "readonly string[] | null | undefined",
        doc: "The command, or the arguments of the entrypoint.",
        default: "bash; none where `entrypoint` is given",
        expected: WORDS + OR_NULL,
        outputs: IMAGE_OUTPUTS,
      },
      ".cmd[]": WORD,
      ".entrypoint": {
        type: "readonly string[] | null | undefined",
        doc: "The program that every command goes through.",
        default: "none",
        expected: WORDS + OR_NULL,
        outputs: IMAGE_OUTPUTS,
      },
      ".entrypoint[]": WORD,
      ".env": {
        type: "Readonly<Record<string, EnvValue>> | undefined",
        doc: 'Variables by name: `{ EDITOR: "vi", MANPATH: null, PATH: { prepend: "/opt/bin" } }`.',
        expected: "an object of variables",
        outputs: IMAGE_OUTPUTS,
      },
      ".env.*": {
        interface: "EnvChange",
        doc: "What is put before and behind the value that a variable has anyway, with a colon.",
        expected: "a string, { prepend, append }, or null to leave it out",
      },
      ".env.*.prepend": {
        type: "string | undefined",
        doc: "Comes before the value.",
        expected: "a string",
      },
      ".env.*.append": {
        type: "string | undefined",
        doc: "Comes behind the value.",
        expected: "a string",
      },
      ".labels": {
        type: "Readonly<Record<string, string | null>> | undefined",
        doc: "Labels by key. They are the annotations of an index, too.",
        expected: "an object of labels",
      },
      ".labels.*": { expected: "a string, or null to leave it out" },
      ".workingDir": {
        type: "string | null | undefined",
        doc: "Where the command starts.",
        default: "`/`",
        expected: PATH + OR_NULL,
        isPublic: true,
        outputs: IMAGE_OUTPUTS,
      },
      ".user": {
        type: "string | null | undefined",
        doc:
          "Whom the command runs as, and nothing else: `1000`, `1000:100`, `nobody`. To let that user work " +
          "with Nix, set the argument `user` as well.",
        default: "as `user` says",
        expected: "a name or number, and a group behind a colon" + OR_NULL,
        outputs: IMAGE_OUTPUTS,
      },
      ".exposedPorts": {
        type: "readonly string[] | null | undefined",
        doc: 'Ports that it listens on: `["8080", "53/udp"]`.',
        default: "none",
        expected: "a list of ports" + OR_NULL,
        outputs: IMAGE_OUTPUTS,
      },
      ".exposedPorts[]": {
        expected: 'a port, such as "8080" or "53/udp"',
        isPublic: true,
        placeholder: () => "1",
      },
      ".volumes": {
        type: "readonly string[] | null | undefined",
        doc: "Directories whose contents outlive the container.",
        default: "none",
        expected: "a list of absolute paths" + OR_NULL,
        outputs: IMAGE_OUTPUTS,
      },
      ".volumes[]": { expected: PATH, isPublic: true, placeholder: () => "/unknown" },
      ".stopSignal": {
        type: "string | null | undefined",
        doc: "The signal that ends it: `SIGINT`, `SIGRTMIN+3`.",
        default: "`SIGTERM`",
        expected: 'a signal of Linux, such as "SIGINT"' + OR_NULL,
        isPublic: true,
        hint: (value) => {
          const name = `SIG${String(value).toUpperCase().replace(/^SIG/, "")}`;
          return SIGNAL.test(name) ? `write "${name}"` : undefined;
        },
        outputs: IMAGE_OUTPUTS,
      },
    },
    aliases: {
      EnvValue: {
        type: "string | null | EnvChange",
        doc: "A value, null for no such variable, or what is put before and behind the value.",
      },
    },
    outputs: [...IMAGE_OUTPUTS, "labels"],
    isPublished: true,
    diff: "planKey",
  }),
  annotations: argument({
    schema: z.record(z.string(), z.string()).readonly().default({}),
    type: "Readonly<Record<string, string>>",
    doc:
      "Annotations of the manifests and of the index, by key. An index has the image's labels too, and an " +
      "annotation here counts more than a label.",
    expected: "an object of annotations",
    parts: { ".*": { expected: "a string", placeholder: () => "unknown" } },
    outputs: IMAGE_OUTPUTS,
    isPublished: true,
    diff: "planKey",
  }),
  gcRoots: argument({
    schema: z.enum(["all", "profile"]).default("all"),
    type: '"all" | "profile"',
    doc:
      "What `nix-collect-garbage` keeps in a container: every path of the image, or only what the profile, the " +
      "channel and the base system need, so that it can free packages that were upgraded or removed.",
    expected: '"all" or "profile"',
    isPublic: true,
    outputs: IMAGE_OUTPUTS,
    isPublished: false,
    diff: "planKey",
  }),
};
