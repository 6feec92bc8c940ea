/** What a program does wrong, and what must not get out when it does. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { assertNothingAsked, done, ops, stateOf, tagged } from "./fixtures/image-results.ts";
import { given, ONE_IMAGE, withImage } from "./fixtures/with-image.ts";
import type { Result } from "./host/steps.ts";

test("several mistakes are reported at once, and nothing is built or pushed", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry, packages }) => {
    const { failed = "" } = await host.up(
      given({
        extraPkgs: ["tre", "curl.nothing"],
        maxLayers: 0,
        nixConf: { cores: "1\nsandbox = false" },
        tag: "-",
        name: "no name",
        shape: "round",
      }),
    );
    const lines = failed.split("\n").filter((line) => line.includes("has a problem"));
    for (const [what, expected] of Object.entries({
      extraPkgs: /extraPkgs\[0\]: the lock has no package "tre".*; nearest: tree/,
      output: /extraPkgs\[1\].*nothing/,
      maxLayers: /maxLayers: expected a whole number from 1 to 127; got 0/,
      nixConf: /nixConf: "cores": a value holds a newline/,
      tag: /tag: not a tag: "-"/,
      name: /name: not a repository: "no name"/,
      shape: /shape: unknown argument.*\n.*hint: LixImage has allowedLicenses, allowedSigners, /,
    }))
      assert.match(failed, expected, what);
    assert.equal(lines.length, 7, failed);
    assert.doesNotMatch(failed, /\n\s+at /, "no traceback");
    assertNothingAsked({ registry, packages });
    assert.throws(() => stateOf(host));
  });
});

test("an output that is given as an argument is a mistake, also in an update and for a drifted image", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry }) => {
    const labels = { maintainer: "me" };
    const first = await host.preview(given({ labels, digest: `sha256:${"0".repeat(64)}` }));
    assert.match(first.failed ?? "", /labels: an output of LixImage, and no argument.*\n.*hint: /);
    assert.match(first.failed ?? "", /digest: an output of LixImage, and no argument/);
    await done(host.up());
    assert.match((await host.preview(given({ labels }))).failed ?? "", /labels: an output/);
    registry.store.repository("lix").tags.delete("latest");
    await done(host.refresh());
    assert.match((await host.preview(given({ labels }))).failed ?? "", /labels: an output/);
    await done(host.preview());
  });
});

test("a text that was cut in the middle of an emoji is refused, also where an Output brings it", async () => {
  const program = `
    const title = "so \\u{1f600}".slice(0, 4);
    const labels = process.env["LATE"] === undefined ? { title } : { title: pulumi.output(title) };
    new LixImage("lix", { registry, config: { labels } });`;
  await withImage(program, async ({ host, registry, packages }) => {
    for (const env of [{}, { LATE: "1" }]) {
      const { failed, logs } = await host.up({ env });
      const said = `${failed}\n${logs.join("\n")}`;
      assert.match(said, /config\.labels\.title: .* got half of a surrogate pair/);
      assert.match(said, /hint: .*\[\.\.\.text\]/);
    }
    assertNothingAsked({ registry, packages });
  });
});

test("two resources cannot have one reference, unless it is the same image", async () => {
  const two = `
    new LixImage("first", { registry });
    new LixImage("second", { registry, ...given });`;
  await withImage(two, async ({ host, registry }) => {
    const { failed = "" } = await host.up(given({ nixConf: { cores: 1 } }));
    assert.match(
      failed,
      /resource 'second' has a problem: .*\/lix:latest: two resources.*claim it/,
    );
    const digest = tagged(registry);
    assert.deepEqual(ops(await host.up()), ["create second", "same first"]);
    assert.equal(tagged(registry), digest);
  });
});

test("a password is in no state, no log, no step and no message", async () => {
  const password = "correct horse battery";
  const program = `
    new LixImage("lix", {
      registry,
      ...given,
      nixConf: { "access-tokens": pulumi.secret("github.com=ghp_swordfish") },
    });`;
  const auth = { kind: "basic", users: { alice: password } } as const;
  await withImage(
    program,
    async ({ host, registry, env }) => {
      const dockerConfig = (secret: string): string => {
        const pair = Buffer.from(`alice:${secret}`).toString("base64");
        return JSON.stringify({ auths: { [registry.host]: { auth: pair } } });
      };
      const DOCKER_CONFIG = join(env["HOME"] ?? "", "docker");
      await mkdir(DOCKER_CONFIG);
      await writeFile(join(DOCKER_CONFIG, "config.json"), dockerConfig(password));

      const up = await done(host.up({ env: { DOCKER_CONFIG } }));
      assert.match(tagged(registry) ?? "", /^sha256:/);
      assert.ok(
        up.logs.includes(
          "warning: secret in nixConf: it will be readable in the image or its outputs",
        ),
        up.logs.join("\n"),
      );
      const refresh = await done(
        host.refresh({ env: { DOCKER_AUTH_CONFIG: dockerConfig(password) } }),
      );
      const wrong = { DOCKER_AUTH_CONFIG: dockerConfig("correct horse staple") };
      const refused = await host.up({ env: { ...wrong, ...given({ tag: "next" }).env } });
      assert.match(refused.failed ?? "", /denied: HTTP status 401.*\n.*from DOCKER_AUTH_CONFIG/);

      // Steps hold what the engine holds, the secret among it; the state is what is written down.
      assertNowhere([up.logs, refresh.logs, refused.logs, refused.failed, host.state], "swordfish");
      const seen: readonly (Result | typeof host.state)[] = [up, refresh, refused, host.state];
      for (const secret of [password, "correct horse staple"]) {
        assertNowhere(seen, secret);
        assertNowhere(seen, Buffer.from(`alice:${secret}`).toString("base64"));
      }
    },
    { auth },
  );
});

function assertNowhere(seen: readonly unknown[], secret: string): void {
  for (const each of seen) assert.ok(!JSON.stringify(each ?? "").includes(secret), secret);
}
