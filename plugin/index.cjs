// Pulumi's language host runs this file. The plugin itself is in the package, compiled, and no entry of the package for programs.
"use strict";
const { dirname, join } = require("node:path");
const { pathToFileURL } = require("node:url");

const folder = dirname(require.resolve("pulumi-lix/package.json"));
void import(pathToFileURL(join(folder, "dist/provider/plugin/main.js")).href);
