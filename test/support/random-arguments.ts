/** Random arguments of LixImage that are valid, each argument in every form that it has. @module */
import fc from "fast-check";
import type { ContainerConfig, ImageFile, LixImageInputs } from "../../sdk/args.ts";

const text = fc.string({ unit: "grapheme", maxLength: 12 }).map((each) => each.replace(/\0/g, "_"));
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const id = fc.oneof(
  fc.constantFrom(0, 1, 65_534, 65_536, 2_097_152, 2_147_483_647),
  fc.nat(99_999),
);
const path = fc
  .array(
    fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 9 })
      .map((name) => `x${name.replace(/[/\0]/g, "_")}`),
    { minLength: 1, maxLength: 3 },
  )
  .map((names) => `/srv/${names.join("/")}`);
const orNull = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });

const user: fc.Arbitrary<NonNullable<LixImageInputs["user"]>> = fc.oneof(
  fc.constant("any" as const),
  fc.record(
    {
      name: fc.stringMatching(/^u[a-z0-9_-]{0,31}$/),
      uid: fc.constantFrom(1, 1000, 65_535, 2_147_483_647),
      gid: fc.constantFrom(0, 100, 65_534, 2_147_483_647),
      home: fc.constantFrom("/h", "/var/lib/ü", "/home/deep/er"),
      shell: fc.constantFrom("/bin/sh", "/no/such/shell"),
    },
    { requiredKeys: ["name", "uid"] },
  ),
);

const addition = fc.record({ prepend: word, append: word }, { requiredKeys: [] });
const config: fc.Arbitrary<ContainerConfig> = fc.record(
  {
    cmd: orNull(fc.array(word, { maxLength: 2 })),
    entrypoint: orNull(fc.array(word, { maxLength: 2 })),
    env: fc.dictionary(
      fc.oneof(fc.constantFrom("PATH", "MANPATH", "HOME", "__proto__x"), word),
      fc.oneof(orNull(word), addition),
      { maxKeys: 3 },
    ),
    labels: fc.dictionary(
      text.filter((key) => key !== ""),
      orNull(text),
      { maxKeys: 3 },
    ),
    workingDir: orNull(fc.constantFrom("/", "/work", "/ü")),
    user: orNull(fc.constantFrom("0", "1000:0", "nobody")),
    exposedPorts: orNull(fc.subarray(["80", "53/udp", "8000-8002", "8001/tcp"])),
    volumes: orNull(fc.subarray(["/data", "/srv/ü"])),
    stopSignal: orNull(fc.constantFrom("SIGINT", "9", "SIGRTMIN+3")),
  },
  { requiredKeys: [] },
);

const owner = { uid: id, gid: id };
const mode = fc.constantFrom("0644", "0600", "4755", "0000", "1777");
const file: fc.Arbitrary<ImageFile> = fc.oneof(
  fc.record({ text, mode, ...owner }, { requiredKeys: ["text"] }),
  fc.record(
    { source: fc.constant("cache/nix-cache-info"), mode, ...owner },
    { requiredKeys: ["source"] },
  ),
  fc.record({ target: text.map((each) => `../${each}`), ...owner }, { requiredKeys: ["target"] }),
  fc.record(
    { directory: fc.constant(true as const), mode, ...owner },
    { requiredKeys: ["directory"] },
  ),
);

/** No entry is below another: of two such entries only a directory may be the upper one. */
const files = fc.dictionary(path, file, { maxKeys: 4 }).map((entries) => {
  const paths = Object.keys(entries);
  const isParent = (one: string): boolean => paths.some((other) => other.startsWith(`${one}/`));
  return Object.fromEntries(
    Object.entries(entries).filter(([key, { directory }]) => directory === true || !isParent(key)),
  );
});

const compat: fc.Arbitrary<NonNullable<LixImageInputs["compat"]>> = fc.record(
  {
    githubActions: fc.boolean(),
    forgejo: fc.boolean(),
    gitlab: fc.boolean(),
    devContainer: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** For a world of both systems, with the packages of `compat`; relative paths are in its folder. */
export const randomArguments: fc.Arbitrary<LixImageInputs> = fc.record(
  {
    systems: fc.constantFrom(["x86_64-linux"], ["aarch64-linux", "x86_64-linux"]),
    lixRevision: word,
    bundleNixpkgs: fc.boolean(),
    channelName: word,
    extraPkgs: fc.subarray(["jq", "tree", "curl.man"]),
    maxLayers: fc.constantFrom(1, 4, 30, 127),
    layering: fc.constantFrom("docker.nix", "closure-risk"),
    nixConf: fc.dictionary(word, fc.oneof(word, fc.nat(), fc.boolean(), fc.array(word)), {
      maxKeys: 2,
    }),
    created: fc.constantFrom("2026-11-28T12:00:00Z", "1970-01-01T01:00:00+01:00"),
    compression: fc.constantFrom<NonNullable<LixImageInputs["compression"]>[]>("gzip", "zstd", {
      algorithm: "gzip",
      level: 1,
    }),
    user,
    config,
    annotations: fc.dictionary(
      text.filter((key) => key !== ""),
      text,
      { maxKeys: 3 },
    ),
    gcRoots: fc.constantFrom("all", "profile"),
    compat,
    files,
    maxImageSize: fc.constantFrom("1GB", 10 ** 9),
    maxGrowth: fc.constant("1GB"),
  },
  { requiredKeys: [] },
);
