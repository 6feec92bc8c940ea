/**
 * Preloaded into programs and providers: `@pulumi/pulumi` loads TypeScript and npm's Arborist at once,
 * which takes half of the time in which an operation changes nothing, and needs them only to serialize a
 * function. Here each is loaded when something in it is first used.
 */
const Module = require("node:module");

const LAZY = new Set(["typescript", "@npmcli/arborist"]);
const load = Module._load;

Module._load = function (request, parent, isMain) {
  const loadNow = () => load.call(this, request, parent, isMain);
  const isOfSdk = /[\\/]@pulumi[\\/]pulumi[\\/]/.test(parent?.filename ?? "");
  if (!isOfSdk || !LAZY.has(request)) return loadNow();
  // With __esModule the SDK's __importStar takes the module as it is, and copies nothing out of it.
  return new Proxy({}, { get: (_, name) => name === "__esModule" || loadNow()[name] });
};
