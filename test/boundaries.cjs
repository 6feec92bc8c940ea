/** Who may import whom. docs/architecture.md explains why; this file is the truth. */
const formats = (...names) => names.map((name) => `provider/formats/${name}`);
/** What the resource and the command line have in common. */
const FACE = [
  "provider/base",
  "provider/errors",
  ...formats("nix", "oci"),
  "provider/lock",
  "provider/registry",
  "provider/destination",
  "provider/plan",
  "provider/image",
  "provider/arguments",
  "provider/signing",
  "provider/app",
  "sdk",
];
/** From below to above. */
const MAY = {
  sdk: [],
  "provider/base": [],
  "provider/errors": ["provider/base"],
  "provider/http": ["provider/base", "provider/errors"],
  "provider/formats/nix": ["provider/base", "provider/errors"],
  "provider/formats/oci": ["provider/base", "provider/errors"],
  "provider/formats/tar": ["provider/base", "provider/errors"],
  "provider/formats/rootfs": ["provider/base", "provider/errors", ...formats("nix")],
  "provider/formats/layer": [
    "provider/base",
    "provider/errors",
    ...formats("nix", "oci", "tar"),
    "provider/compression",
  ],
  "provider/compression": ["provider/base", "provider/errors"],
  "provider/login": ["provider/base", "provider/errors", "provider/http", ...formats("oci")],
  "provider/substituter": [
    "provider/base",
    "provider/errors",
    "provider/http",
    ...formats("nix", "tar"),
    "provider/compression",
    "provider/login",
  ],
  "provider/signing": ["provider/base", "provider/errors", ...formats("oci")],
  "provider/lock": ["provider/base", "provider/errors", ...formats("nix"), "provider/substituter"],
  "provider/registry": [
    "provider/base",
    "provider/errors",
    "provider/http",
    ...formats("oci"),
    "provider/login",
  ],
  "provider/destination": [
    "provider/base",
    "provider/errors",
    "provider/http",
    ...formats("oci", "tar", "layer"),
    "provider/compression",
    "provider/registry",
  ],
  "provider/plan": [
    "provider/base",
    "provider/errors",
    ...formats("nix", "oci", "rootfs", "layer"),
    "provider/lock",
  ],
  "provider/image": [
    "provider/base",
    "provider/errors",
    ...formats("nix", "oci", "rootfs", "layer"),
    "provider/compression",
    "provider/substituter",
    "provider/lock",
    "provider/plan",
  ],
  "provider/attest": ["provider/base", ...formats("nix", "oci"), "provider/lock", "provider/plan"],
  "provider/arguments": [
    "provider/base",
    "provider/errors",
    ...formats("nix", "oci", "rootfs", "layer"),
    "provider/plan",
    "sdk",
  ],
  "provider/app": [
    "provider/base",
    "provider/errors",
    ...formats("nix", "oci", "rootfs"),
    "provider/compression",
    "provider/lock",
    "provider/registry",
    "provider/destination",
    "provider/plan",
    "provider/image",
    "provider/attest",
    "provider/arguments",
    "provider/signing",
    "sdk",
  ],
  "provider/report": [
    "provider/base",
    ...formats("nix", "oci", "tar", "rootfs"),
    "provider/destination",
    "provider/arguments",
    "provider/plan",
    "provider/app",
  ],
  "provider/compare": [
    "provider/base",
    "provider/errors",
    ...formats("nix", "oci", "tar", "layer"),
    "provider/destination",
  ],
  "provider/resolve": [
    "provider/base",
    "provider/errors",
    "provider/http",
    ...formats("nix", "rootfs"),
    "provider/compression",
    "provider/substituter",
    "provider/lock",
  ],
  "provider/resource": FACE,
  "provider/pulumi": [
    "provider/base",
    "provider/errors",
    "provider/arguments",
    "provider/resource",
  ],
  "provider/plugin": [
    "provider/base",
    "provider/errors",
    ...formats("oci"),
    "provider/arguments",
    "provider/resource",
    "provider/pulumi",
    "sdk",
  ],
  "provider/cli": [
    ...FACE,
    ...formats("tar"),
    "provider/substituter",
    "provider/resolve",
    "provider/attest",
    "provider/report",
    "provider/compare",
  ],
  "provider/index.ts": ["provider/base", "provider/errors", "provider/pulumi", "sdk"],
};
const PURE = [...formats("nix", "oci", "tar", "rootfs", "layer"), "provider/attest"];
const IO = "^(node:)?(fs|net|http|https|http2|child_process|tls|dns|os|worker_threads)(/|$)";
const folder = (path) => (path.endsWith(".ts") ? `^${path.replace(".", "\\.")}$` : `^${path}/`);

module.exports = {
  forbidden: [
    ...Object.entries(MAY).map(([from, to]) => ({
      name: `${from} imports only: ${to.join(", ") || "itself"}`,
      severity: "error",
      from: { path: folder(from) },
      to: { path: "^(sdk|provider|test|examples)/", pathNot: [from, ...to].map(folder) },
    })),
    {
      name: "a folder of the provider has a row in this table",
      severity: "error",
      from: { path: "^provider/", pathNot: Object.keys(MAY).map(folder) },
      to: {},
    },
    {
      name: "provider imports neither tests nor examples",
      severity: "error",
      from: { path: "^provider/" },
      to: { path: "^(test|examples)/" },
    },
    {
      name: "only the command line imports the command line",
      severity: "error",
      from: { path: "^provider/", pathNot: "^provider/cli/" },
      to: { path: "^provider/cli/" },
    },
    {
      name: "only the command line makes locks",
      severity: "error",
      from: { path: "^provider/", pathNot: "^provider/(cli|resolve)/" },
      to: { path: "^provider/resolve/" },
    },
    {
      name: "examples show the package as a user has it",
      severity: "error",
      from: { path: "^examples/", pathNot: "^examples/start(\\.|/)" },
      to: { path: "^(sdk|provider|test)/" },
    },
    {
      name: "the narration of npm start needs no tests",
      severity: "error",
      from: { path: "^examples/start(\\.|/)" },
      to: { path: "^test/" },
    },
    {
      name: "formats do no I/O",
      severity: "error",
      from: { path: PURE.map(folder) },
      to: { dependencyTypes: ["core"], path: IO },
    },
    {
      name: "what is shipped needs no devDependency",
      severity: "error",
      from: { path: "^(sdk|provider)/" },
      to: {
        // build.js copies what is used of them.
        pathNot:
          "^node_modules/(sql\\.js|d3-hierarchy|zod|@grpc/grpc-js|google-protobuf|@noble/(curves|ciphers))/",
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        dependencyTypesNot: ["npm", "npm-peer", "type-only"],
      },
    },
    { name: "no cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "nothing unresolved",
      severity: "error",
      // Their SDKs of clouds are not installed here; test/examples/programs.test.ts runs them.
      from: { pathNot: "^examples/(ci-runner|deployment|ecr|github-actions)/" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Imports of types count: a format that knows a client's types knows the client.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    // As Node resolves an ES module; the root package among them, by its own name.
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["node", "import", "default"],
    },
    doNotFollow: { path: ["node_modules", "^dist/"] },
    exclude: { path: ["^dist/"] },
  },
};
