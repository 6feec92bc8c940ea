/**
 * The engine's gRPC address. It is the last argument of the provider process: with `--logflow` or `--tracing`
 * the engine's own flags, such as `--tracing 127.0.0.1:6007`, stand before it.
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/resource/plugin/plugin.go buildPluginArguments
 * @module
 */

/** Undefined outside the engine's provider process, and with an engine that does not say. */
export function engineAddress(argv: readonly string[] = process.argv.slice(2)): string | undefined {
  const [flag, last = ""] = [argv.at(-2), argv.at(-1)];
  // Its value, and not an address of the engine's.
  if (flag === "--tracing") return undefined;
  return /^[\w.[\]:-]*:\d+$/.test(last) ? last : undefined;
}
