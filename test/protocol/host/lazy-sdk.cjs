/**
 * Preloaded into programs and providers: `@pulumi/pulumi` loads TypeScript, npm's Arborist, its Automation
 * API, OpenTelemetry and V8's inspector at once, which takes most of the time of an operation that changes nothing. They
 * are needed only to serialize a function, to drive a stack and to trace. Here each is loaded when something in it
 * is first used. Nobody reads the lines of stack traces, so their source maps are not loaded at all.
 */
const Module = require("node:module");

const LAZY = new Set(["typescript", "@npmcli/arborist", "./automation"]);
const TRACING =
  /^@opentelemetry\/(?:resources|sdk-trace-\w+|exporter-zipkin|instrumentation(?:-grpc)?)$/;
const load = Module._load;

Module._load = function (request, parent, isMain) {
  const loadNow = () => load.call(this, request, parent, isMain);
  const isOfSdk = /[\\/]@pulumi[\\/]pulumi[\\/]/.test(parent?.filename ?? "");
  if (!isOfSdk) return loadNow();
  if (request === "source-map-support/register") return {};
  // With __esModule the SDK's __importStar takes the module as it is, and copies nothing out of it.
  if (LAZY.has(request))
    return new Proxy({}, { get: (_, name) => name === "__esModule" || loadNow()[name] });
  if (request === "normalize-package-data") return (...args) => loadNow()(...args);
  // Each program waits for the inspector before it begins.
  if (/[\\/]v8Hooks$/.test(request))
    return new Proxy({ isInitializedAsync: async () => {} }, { get: hookOf(loadNow) });
  // The SDK takes classes and functions out of these at once, and calls them if it is to trace.
  if (TRACING.test(request)) return new Proxy({}, { get: (_, name) => lazily(loadNow, name) });
  return loadNow();
};

const hookOf = (loadNow) => (known, name) =>
  name === "__esModule" || (known[name] ?? loadNow()[name]);

const lazily = (loadNow, name) =>
  function (...args) {
    const target = loadNow()[name];
    return new.target === undefined ? target(...args) : new target(...args);
  };
