/** What is wrong with `config` and `annotations`, beyond what the schema can say. @module */
import { Accounts } from "../formats/rootfs/accounts.ts";
import type { ImageUser } from "../formats/rootfs/image-user.ts";
import { InvalidArgument } from "../plan/invalid-argument.ts";
import { MAX_ID } from "./entries/id.ts";
import { JsonPath } from "./json-path.ts";
import type { LixImageSpec } from "./schema.ts";

/** @param user undefined: not known yet. */
export const configMistakes = (
  { config, annotations }: LixImageSpec,
  user: ImageUser | undefined,
): InvalidArgument[] => [
  ...envMistakes(config.env ?? {}),
  ...commandMistakes("entrypoint", config.entrypoint ?? []),
  ...commandMistakes("cmd", config.cmd ?? []),
  ...userMistakes(config.user ?? undefined, user),
  ...portMistakes(config.exposedPorts ?? []),
  ...emptyKeys(["config", "labels"], config.labels ?? {}),
  ...emptyKeys(["annotations"], annotations),
];

type Env = NonNullable<LixImageSpec["config"]["env"]>;

function* envMistakes(env: Env): Generator<InvalidArgument> {
  for (const [name, value] of Object.entries(env)) {
    const path = JsonPath.format(["config", "env", name]);
    if (name === "" || /[=\0]/.test(name))
      yield InvalidArgument.expected(path, "a name without =", "a name that no variable can have");
    if (value === null) continue;
    const values = typeof value === "string" ? [value] : [value.prepend, value.append];
    if (values.some((each) => each?.includes("\0") === true))
      yield InvalidArgument.expected(path, "a value without NUL", "one with NUL");
    // As a Dockerfile would have it; no runtime replaces it.
    if (values.some((each) => each !== undefined && namesVariable(each, name)))
      yield InvalidArgument.expected(
        path,
        "a value to be taken literally",
        `one with $${name} in it`,
        `to keep what is there, write { prepend: "…" } or { append: "…" }`,
      );
    if (typeof value !== "string") yield* additionMistakes(path, value);
  }
}

/** Whether `$NAME` or `${NAME…` is in the text, and not only the beginning of a longer name. */
function namesVariable(text: string, name: string): boolean {
  if (name === "") return false;
  return [`$${name}`, `\${${name}`].some((start) => {
    const [, ...rests] = text.split(start);
    return rests.some((rest) => !/^\w/.test(rest));
  });
}

function* additionMistakes(
  path: string,
  {
    prepend,
    append,
  }: { readonly prepend?: string | undefined; readonly append?: string | undefined },
): Generator<InvalidArgument> {
  // An empty part of a search path would be the working directory.
  const hint = "a colon is put between this and the value that is there";
  if (prepend?.endsWith(":") === true)
    yield InvalidArgument.expected(`${path}.prepend`, "no colon at the end", "one", hint);
  if (append?.startsWith(":") === true)
    yield InvalidArgument.expected(`${path}.append`, "no colon at the beginning", "one", hint);
}

function* commandMistakes(
  field: "entrypoint" | "cmd",
  words: readonly string[],
): Generator<InvalidArgument> {
  for (const [index, word] of words.entries())
    if (word.includes("\0"))
      yield InvalidArgument.expected(
        `config.${field}[${index}]`,
        "a word without NUL",
        "one with NUL",
      );
  if (words[0] === "")
    yield InvalidArgument.expected(`config.${field}[0]`, "a word", "an empty string");
}

/** A runtime looks names up in the image's own /etc/passwd and /etc/group, and fails without them. */
function* userMistakes(
  text: string | undefined,
  user: ImageUser | undefined,
): Generator<InvalidArgument> {
  if (text === undefined) return;
  const [name = "", group, ...more] = text.split(":");
  const expected = "a name or number, and a group behind a colon";
  if (more.length > 0 || name === "" || group === "") {
    yield InvalidArgument.expected("config.user", expected, JSON.stringify(text));
    return;
  }
  if (user === undefined) return;
  const { users, groups } = Accounts.names(user);
  const kinds = [
    { what: "user", id: name, names: users },
    { what: "group", id: group, names: groups },
  ];
  for (const { what, id, names } of kinds) {
    if (id === undefined || names.includes(id)) continue;
    if (/^\d+$/.test(id) && Number(id) <= MAX_ID) continue;
    yield InvalidArgument.expected(
      "config.user",
      `a ${what} of the image, or a number from 0 to ${MAX_ID}`,
      JSON.stringify(id),
      `the image has ${names.filter((each) => !/^nixbld\d/.test(each)).join(", ")}; ` +
        "for a user of another name, set the argument `user`, not `config.user`",
    );
  }
}

const LAST_PORT = 65_535;

function* portMistakes(ports: readonly string[]): Generator<InvalidArgument> {
  for (const [index, port] of ports.entries()) {
    const [first = NaN, last = first] = (/^[\d-]+/.exec(port)?.[0] ?? "").split("-").map(Number);
    if (first >= 1 && first <= last && last <= LAST_PORT) continue;
    yield InvalidArgument.expected(
      `config.exposedPorts[${index}]`,
      `a port from 1 to ${LAST_PORT}, or a range of them`,
      JSON.stringify(port),
    );
  }
}

const emptyKeys = (path: JsonPath, record: Readonly<Record<string, unknown>>): InvalidArgument[] =>
  Object.hasOwn(record, "")
    ? [InvalidArgument.expected(JsonPath.format(path), "keys that are not empty", "an empty one")]
    : [];
