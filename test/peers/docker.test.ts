/** `lix-image load` into real daemons. @module */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import {
  withDockerService,
  type DockerService,
  type DockerServiceKind,
} from "../support/docker-service.ts";
import { needs, peerIsRequired } from "../support/peers.ts";
import { findRealWorld, needsRealWorld } from "../support/real-world.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";
import type { WorldOptions } from "../support/world.ts";

// podman's plain storage copies for each layer all that is below it.
const WHERE = { registry: "registry.example/acme", archives: [], maxLayers: 2 };
const NAME = "registry.example/acme/lix:latest";

const withService = (
  kind: DockerServiceKind,
  context: TestContext,
  use: (service: DockerService, workshop: Workshop) => Promise<void>,
  world: WorldOptions = {},
): Promise<void> =>
  withDockerService(kind, async (service) => {
    if (service !== undefined) return withWorkshop({ world }, (workshop) => use(service, workshop));
    assert.ok(!peerIsRequired(kind), `${kind} does not start`);
    context.skip(`${kind} does not start on this machine`);
  });

/** Its id, as we say it and as the daemon does. */
async function load({ host, ask }: DockerService, workshop: Workshop, args: object) {
  const file = await workshop.writeArgs({ ...WHERE, ...args });
  const ran = await workshop.runWith({ DOCKER_HOST: host }, "load", file, "--json");
  assert.equal(ran.code, 0, ran.stderr);
  const { platforms, loaded } = JSON.parse(ran.stdout);
  assert.deepEqual(loaded, [`Loaded image: ${NAME}`]);
  const { Id } = (await ask("GET", `/images/${NAME}/json`)) as { Id: string };
  return { ours: platforms["linux/amd64"].configDigest, theirs: Id };
}

for (const kind of ["podman", "dockerd"] as const)
  test(
    `${kind} loads the image over Docker's API, and calls it as we do`,
    { skip: needs(kind) },
    (t) =>
      withService(kind, t, async (service, workshop) => {
        const { ours, theirs } = await load(service, workshop, {});
        assert.equal(theirs, ours);
      }),
  );

const SYSTEMS = ["aarch64-linux", "x86_64-linux"] as const;

test("load chooses the platform that a real daemon reports", { skip: needs("podman") }, (t) =>
  withService(
    "podman",
    t,
    async (service, workshop) => {
      const { Arch } = (await service.ask("GET", "/version")) as { Arch: string };
      if (Arch !== "amd64") return t.skip(`this machine is ${Arch}`);
      const { ours, theirs } = await load(service, workshop, { systems: SYSTEMS });
      assert.equal(theirs, ours);
    },
    { systems: SYSTEMS },
  ),
);

test(
  "dockerd runs an image of real packages that load gave it",
  { skip: needsRealWorld() || needs("dockerd") },
  (t) =>
    withService("dockerd", t, async (service, workshop) => {
      await load(service, workshop, { lock: findRealWorld()?.lockFile, maxLayers: 1 });
      const check = "nix-store --verify --check-contents && nix --version >&2";
      const { Id } = (await service.ask("POST", "/containers/create", {
        Image: NAME,
        Cmd: ["bash", "-c", check],
        HostConfig: { NetworkMode: "none" },
      })) as { Id: string };
      await service.ask("POST", `/containers/${Id}/start`);
      const ended = (await service.ask("POST", `/containers/${Id}/wait`)) as { StatusCode: number };
      const said = await service.ask("GET", `/containers/${Id}/logs?stdout=1&stderr=1`);
      assert.equal(ended.StatusCode, 0, String(said));
      assert.match(String(said), /nix \(/);
    }),
);
