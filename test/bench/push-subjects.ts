/** Pushes to a registry on this machine, at once and over a slow line, beside those of skopeo and crane. @module */
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { withDockerRegistry } from "../support/docker-registry.ts";
import { measure, type Usage } from "../support/measured.ts";
import { findPeer, needs } from "../support/peers.ts";
import type { Subject } from "./samples.ts";
import { withSlowLine } from "./slow-line.ts";
import { lixImage, writeArguments, type Workbench } from "./workbench.ts";

const ROUND_TRIP_MS = 50;

/** @param skopeo copies the layout of the image to a target. */
export function pushSubjects(
  { packages, cache, layout }: Workbench,
  skopeo: (target: string) => Promise<Usage>,
): Subject[] {
  if (needs("docker-registry") !== false) return [];
  /** Pushes the image with these arguments, one after the other, to a new registry; measures the last push. */
  const push = (roundTripMs: number, ...pushes: readonly object[]): Promise<Usage> =>
    withDockerRegistry({}, (registry) =>
      withTempDir(async (folder) => {
        const pushTo = async (host: string, more: object): Promise<Usage> => {
          const given = { lock: packages.lockFile, registry: host, ...more };
          return lixImage(["push", await writeArguments(folder, given)], cache);
        };
        for (const before of pushes.slice(0, -1)) await pushTo(registry, before);
        return over(registry, roundTripMs, (host) => pushTo(host, pushes.at(-1) ?? {}));
      }),
    );
  const crane = (roundTripMs: number): Promise<Usage> =>
    withDockerRegistry({}, (registry) =>
      over(registry, roundTripMs, (host) =>
        measure([findPeer("crane") ?? "crane", "push", layout, `${host}/lix`]),
      ),
    );
  let cores = 0;
  /** To a value that no cache knows yet. */
  const changed = (): object => ({ nixConf: { cores: (cores += 1) } });
  const slowly = `, ${ROUND_TRIP_MS} ms`;
  return [
    { name: "push, all layers known", run: () => push(0, {}) },
    { name: "push again", run: () => push(0, {}, {}) },
    { name: "changed nix.conf, pushed", run: () => push(0, {}, changed()) },
    ...when("skopeo", {
      name: "skopeo copy oci:",
      run: () => withDockerRegistry({}, (host) => skopeo(`docker://${host}/lix`)),
    }),
    ...when("crane", { name: "crane push", run: () => crane(0) }),
    { name: `push, all layers known${slowly}`, run: () => push(ROUND_TRIP_MS, {}) },
    { name: `changed nix.conf, pushed${slowly}`, run: () => push(ROUND_TRIP_MS, {}, changed()) },
    ...when("crane", { name: `crane push${slowly}`, run: () => crane(ROUND_TRIP_MS) }),
  ];
}

/** Measures work that reaches the registry by a line with this round trip, and counts the requests. */
async function over(
  registry: string,
  roundTripMs: number,
  work: (host: string) => Promise<Usage>,
): Promise<Usage> {
  let requests = 0;
  const line = { roundTripMs, onRequest: () => void (requests += 1) };
  const port = Number(new URL(`http://${registry}`).port);
  const usage = await withSlowLine(port, line, (there) => work(`127.0.0.1:${there}`));
  return { ...usage, requests };
}

export const when = (peer: string, subject: Subject): Subject[] =>
  needs(peer) === false ? [subject] : [];
