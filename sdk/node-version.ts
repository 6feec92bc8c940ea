/** package.json's engines: npm only warns of them. 22.20 strips types unasked and has zstd in zlib. */
const OLDEST = { major: 22, minor: 20 } as const;

/** Not a LixImageError, because sdk/ does not load the provider. */
export class NodeTooOld extends Error {}

/** Throws on a Node that is too old, before something that it lacks is missed. */
export function requireNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return;
  throw new NodeTooOld(
    `pulumi-lix needs Node ${OLDEST.major}.${OLDEST.minor} or newer; this is ${version}: update it, or put a newer one first in PATH`,
  );
}
