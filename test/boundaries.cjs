/** Who may import whom. docs/architecture.md explains why; this file is the truth. */
const FORMATS = ["provider/base", "provider/nix", "provider/oci", "provider/tar"];
/** What the image is made of: without I/O, but for what base has. */
const FORMATS_AND_FILES = [
  "provider/base",
  "provider/nix",
  "provider/oci",
  "provider/rootfs",
  "provider/layer",
];
/** What the engine and the command line have in common. */
const FACE = [
  "provider/base",
  "provider/nix",
  "provider/oci",
  "provider/lock",
  "provider/registry",
  "provider/destination",
  "provider/plan",
  "provider/build",
  "sdk",
];
const MAY = {
  sdk: [],
  "provider/base": [],
  "provider/nix": ["provider/base"],
  "provider/oci": ["provider/base"],
  "provider/tar": ["provider/base"],
  "provider/rootfs": ["provider/base", "provider/nix"],
  "provider/layer": FORMATS,
  "provider/aws": ["provider/base"],
  "provider/compression": ["provider/base"],
  "provider/substituter": [
    "provider/base",
    "provider/nix",
    "provider/tar",
    "provider/aws",
    "provider/compression",
  ],
  "provider/lock": ["provider/base", "provider/nix", "provider/substituter"],
  "provider/resolve": [
    "provider/base",
    "provider/nix",
    "provider/rootfs",
    "provider/lock",
    "provider/compression",
    "provider/substituter",
  ],
  "provider/registry": ["provider/base", "provider/oci", "provider/aws"],
  "provider/destination": [
    "provider/base",
    "provider/oci",
    "provider/tar",
    "provider/compression",
    "provider/layer",
    "provider/registry",
  ],
  "provider/plan": [...FORMATS_AND_FILES, "provider/lock", "sdk"],
  "provider/layer-cache": ["provider/base", "provider/nix", "provider/oci", "provider/plan"],
  "provider/state.ts": ["provider/base", "provider/nix", "provider/plan", "provider/layer-cache"],
  "provider/build": [
    ...FORMATS_AND_FILES,
    "provider/compression",
    "provider/substituter",
    "provider/lock",
    "provider/destination",
    "provider/plan",
    "provider/layer-cache",
    "sdk",
  ],
  "provider/lifecycle": [...FACE, "provider/state.ts"],
  "provider/cli": [
    ...FACE,
    "provider/tar",
    "provider/substituter",
    "provider/layer-cache",
    "provider/resolve",
    "provider/lifecycle",
  ],
  "provider/index.ts": ["provider/base", "provider/lifecycle", "sdk"],
};
const PURE = ["nix", "oci", "tar", "rootfs", "layer"].map((folder) => `provider/${folder}`);
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
      from: { path: "^examples/", pathNot: "^examples/(start|quickstart/make-packages)" },
      to: { path: "^(sdk|provider|test)/" },
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
        // build.js copies what is used of it.
        pathNot: "^node_modules/sql\\.js/",
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        dependencyTypesNot: ["npm", "npm-peer", "type-only"],
      },
    },
    { name: "no cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "nothing unresolved",
      severity: "error",
      // Their SDKs of clouds are not installed here; test/examples/programs.test.ts runs them.
      from: { pathNot: "^examples/(deployment|ecr)/" },
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
