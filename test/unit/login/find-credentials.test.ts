import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { withLog, type LogSink } from "../../../provider/base/log.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import type { Credentials } from "../../../provider/login/credentials.ts";
import { credentialPlaces, findCredentials } from "../../../provider/login/find-credentials.ts";

const auth = (pair: string): { auth: string } => ({ auth: Buffer.from(pair).toString("base64") });

/** A home with these files: texts as they are, all others as JSON. */
async function withHome(
  files: Readonly<Record<string, unknown>>,
  use: (home: string) => Promise<void>,
): Promise<void> {
  await withTempDir(async (home) => {
    for (const [name, content] of Object.entries(files)) {
      const path = join(home, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    }
    await use(home);
  });
}

const shown = (found: Credentials | undefined): string | undefined =>
  found &&
  (found.kind === "basic"
    ? `${found.username}:${found.password}`
    : `${found.kind.replace("identity ", "")} ${found.token}`);

const find = async (
  host: string,
  repository: string,
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> => shown(await findCredentials(host, repository, environment));

test("knows nothing where nothing is", () =>
  withHome({}, async (HOME) => {
    assert.equal(await find("ghcr.io", "acme/lix", { HOME }), undefined);
  }));

test("reads a user and password, whose password may hold colons", () =>
  withHome(
    { ".docker/config.json": { auths: { "r.example": auth("me:a:b:c\0") } } },
    async (HOME) => {
      const found = await findCredentials("r.example", "x", { HOME });
      assert.equal(shown(found), "me:a:b:c");
      assert.equal(found?.source, join(HOME, ".docker/config.json"));
    },
  ));

test("asks DOCKER_AUTH_CONFIG, then docker's config, then the auth.json of containers", () => {
  const files = {
    ".docker/config.json": { auths: { a: auth("docker:1"), b: auth("docker:2") } },
    "run/containers/auth.json": { auths: { b: auth("run:1"), c: auth("run:2") } },
    ".config/containers/auth.json": { auths: { c: auth("config:1"), d: auth("config:2") } },
    "other/auth.json": { auths: { c: auth("other:1") } },
    "docker/config.json": { auths: { a: auth("elsewhere:1") } },
  };
  return withHome(files, async (HOME) => {
    const environment = { HOME, XDG_RUNTIME_DIR: join(HOME, "run") };
    const DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { a: auth("variable:1") } });
    assert.equal(await find("a", "x", { ...environment, DOCKER_AUTH_CONFIG }), "variable:1");
    assert.equal(await find("a", "x", environment), "docker:1");
    assert.equal(await find("b", "x", environment), "docker:2");
    assert.equal(await find("c", "x", environment), "run:2");
    assert.equal(await find("d", "x", environment), "config:2");
    const REGISTRY_AUTH_FILE = join(HOME, "other/auth.json");
    assert.equal(await find("c", "x", { ...environment, REGISTRY_AUTH_FILE }), "other:1");
    assert.equal(await find("d", "x", { ...environment, REGISTRY_AUTH_FILE }), undefined);
    const DOCKER_CONFIG = join(HOME, "docker");
    assert.equal(await find("a", "x", { ...environment, DOCKER_CONFIG }), "elsewhere:1");
  });
});

test("takes the longest prefix of the repository, and whole parts only", () => {
  const auths = {
    "r.example": auth("host:1"),
    "r.example/acme": auth("acme:1"),
    "r.example/acme/lix": auth("lix:1"),
  };
  return withHome({ ".config/containers/auth.json": { auths } }, async (HOME) => {
    assert.equal(await find("r.example", "acme/lix", { HOME }), "lix:1");
    assert.equal(await find("r.example", "acme/lix/x", { HOME }), "lix:1");
    assert.equal(await find("r.example", "acme/li", { HOME }), "acme:1");
    assert.equal(await find("r.example", "acmes/lix", { HOME }), "host:1");
    assert.equal(await find("r.example:5000", "acme/lix", { HOME }), undefined);
  });
});

test("finds hosts under old URLs, and Docker Hub under each of its names", () => {
  const auths = {
    "https://index.docker.io/v1/": auth("hub:1"),
    "https://r.example/v2/": auth("url:1"),
  };
  return withHome({ ".docker/config.json": { auths } }, async (HOME) => {
    assert.equal(await find("docker.io", "acme/lix", { HOME }), "hub:1");
    assert.equal(await find("r.example", "acme/lix", { HOME }), "url:1");
  });
});

test("prefers an identity token to a password, and passes over empty entries", () => {
  const auths = { a: { ...auth("me:pw"), identitytoken: "id" }, b: {} };
  return withHome({ ".docker/config.json": { auths } }, async (HOME) => {
    assert.equal(await find("a", "x", { HOME }), "token id");
    assert.equal(await find("b", "x", { HOME }), undefined);
  });
});

test("names the file that is no docker config, and quotes nothing of it", () =>
  withHome({ ".docker/config.json": '{"auths": {"r": {"auth": hunter2' }, async (HOME) => {
    const reject = async (environment: Record<string, string>, source: string): Promise<void> =>
      assert.rejects(find("r", "x", environment), (error) => {
        const text = render(error);
        return text.includes(source) && !text.includes("hunter2") && !text.includes("aHVudGVyMg");
      });
    await reject({ HOME }, join(HOME, ".docker/config.json"));
    const wrong = JSON.stringify({ auths: { r: { auth: "aHVudGVyMg==" } } });
    await reject({ HOME, DOCKER_AUTH_CONFIG: wrong }, "DOCKER_AUTH_CONFIG");
    await reject({ HOME, DOCKER_AUTH_CONFIG: '{"auths": "hunter2"}' }, "at auths");
  }));

test("asks the helper of the host, then the one for all, then the file", () => {
  const config = {
    credHelpers: { "a.example": "one" },
    credsStore: "all",
    auths: { "c.example": auth("file:1") },
  };
  const helper = (answer: string): string => `#!/bin/sh\nread -r server\n${answer}\n`;
  const secret = (user: string): string =>
    `echo '{"ServerURL":"'$server'","Username":"${user}","Secret":"'$server'"}'`;
  const files = {
    ".docker/config.json": config,
    "bin/docker-credential-one": helper(secret("<token>")),
    "bin/docker-credential-all": helper(
      `case $server in b*|*docker.io*) ${secret("all")};; *) echo credentials not found in native keychain; exit 1;; esac`,
    ),
  };
  return withHome(files, async (HOME) => {
    for (const name of ["one", "all"])
      await chmod(join(HOME, `bin/docker-credential-${name}`), 0o755);
    const environment = { HOME, PATH: `${join(HOME, "bin")}:/usr/bin:/bin` };
    assert.equal(await find("a.example", "x", environment), "token a.example");
    assert.equal(await find("b.example", "x", environment), "all:b.example");
    assert.equal(await find("c.example", "x", environment), "file:1");
    assert.equal(await find("docker.io", "x", environment), "all:https://index.docker.io/v1/");
  });
});

test("says what a failing helper said, but not what it let slip", () => {
  const config = { credHelpers: { a: "fails", b: "slips", c: "is-not-there", d: "../evil" } };
  const files = {
    ".docker/config.json": config,
    "bin/docker-credential-fails": "#!/bin/sh\necho the keychain is locked\nexit 1\n",
    "bin/docker-credential-slips": '#!/bin/sh\necho \'{"Secret":"hunter2"\'\n',
  };
  return withHome(files, async (HOME) => {
    for (const name of ["fails", "slips"])
      await chmod(join(HOME, `bin/docker-credential-${name}`), 0o755);
    const environment = { HOME, PATH: `${join(HOME, "bin")}:/usr/bin:/bin` };
    for (const [host, expected] of [
      ["a", /docker-credential-fails.*the keychain is locked/],
      ["b", /docker-credential-slips.*no JSON/],
      ["c", /docker-credential-is-not-there.*not found on PATH/],
      ["d", /not the name of a helper/],
    ] as const)
      await assert.rejects(find(host, "x", environment), (error) => {
        assert.match(render(error), expected);
        assert.doesNotMatch(render(error), /hunter2/);
        return true;
      });
  });
});

test("passes over a credsStore that is not installed, with a warning", () => {
  const config = { credsStore: "not-here", auths: { "r.example": auth("file:1") } };
  return withHome({ ".docker/config.json": config }, async (HOME) => {
    const warnings: string[] = [];
    const sink: LogSink = { progress() {}, info() {}, warn: (line) => warnings.push(line) };
    const found = await withLog(sink, () => find("r.example", "x", { HOME, PATH: HOME }));
    assert.equal(found, "file:1");
    assert.match(warnings.join(), /docker-credential-not-here get r\.example: not found on PATH/);
  });
});

test("logs in to GHCR by GITHUB_TOKEN, unless a file knows better", () =>
  withHome({}, async (HOME) => {
    const environment = { HOME, GITHUB_TOKEN: "ght", GITHUB_ACTOR: "octocat" };
    assert.equal(await find("ghcr.io", "acme/lix", environment), "octocat:ght");
    assert.equal(await find("r.example", "acme/lix", environment), undefined);
    const DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { "ghcr.io": auth("me:pw") } });
    assert.equal(await find("ghcr.io", "a", { ...environment, DOCKER_AUTH_CONFIG }), "me:pw");
    assert.ok(credentialPlaces("ghcr.io", environment).includes("GITHUB_TOKEN"));
  }));

test("explicit settings come first, and without XDG_RUNTIME_DIR podman's file of the user id", () => {
  const places = credentialPlaces("r.example", { HOME: "/h", REGISTRY_AUTH_FILE: "/r/auth.json" });
  assert.deepEqual(places.slice(0, 3), [
    "DOCKER_AUTH_CONFIG",
    "/r/auth.json",
    "/h/.docker/config.json",
  ]);
  const run = `/run/containers/${process.getuid?.()}/auth.json`;
  const usual = credentialPlaces("r.example", { HOME: "/h" });
  assert.equal(usual.includes(run), process.platform === "linux");
  const set = credentialPlaces("r.example", { HOME: "/h", XDG_RUNTIME_DIR: "/run/user/1" });
  assert.ok(!set.includes(run) && set.includes("/run/user/1/containers/auth.json"));
});

test("a helper may say more than its answer, or nothing", () =>
  withHome({}, async (home) => {
    const environment = { HOME: home, PATH: `${home}/bin:${process.env["PATH"]}` };
    const answer = '{"Secret":"pw","Username":"me"}';
    for (const [says, expected] of [
      [`WARNING: {old}\\n${answer}\\n`, "me:pw"],
      [`${answer}\\nsee {docs}\\n`, "me:pw"],
      [`note ${answer} bye`, "me:pw"],
      ['{"Secret":"pw"}', ":pw"],
      ["", undefined],
      ["\\n", undefined],
    ] as const) {
      await mkdir(join(home, "bin"), { recursive: true });
      await mkdir(join(home, ".docker"), { recursive: true });
      await writeFile(join(home, ".docker/config.json"), '{"credsStore":"x"}');
      const program = join(home, "bin/docker-credential-x");
      await writeFile(program, `#!/bin/sh\nprintf '${says}'\n`);
      await chmod(program, 0o755);
      assert.equal(shown(await findCredentials("r.example", "x", environment)), expected, says);
    }
  }));

test("a DOCKER_CONFIG that names the file instead of its folder is an error that says so", () =>
  withHome({ "config.json": {} }, async (home) => {
    const environment = { HOME: home, DOCKER_CONFIG: join(home, "config.json") };
    await assert.rejects(
      findCredentials("r.example", "x", environment),
      /should be its folder is a file/,
    );
  }));
