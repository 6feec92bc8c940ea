/** The scripts that docs/updating-locks.md shows for keeping a lock fresh, run on both kinds of forges. @module */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { cacheFolder } from "../../provider/image/folder.ts";
import { FORGE_REPOSITORY, FORGE_TOKEN, startForge, type Forge } from "../support/forge.ts";
import { newRelease, withLocking, type Locking } from "../support/locking.ts";
import { codeBlocks, markdownPages } from "../support/markdown.ts";
import { REPOSITORY } from "../support/source-files.ts";

const page = markdownPages().find(({ file }) => file === "docs/updating-locks.md") ?? assert.fail();
const block = (language: string, start: string): string =>
  codeBlocks(page).find((each) => each.language === language && each.code.includes(start))?.code ??
  assert.fail(`docs/updating-locks.md has no ${start}`);

const UPDATE = block("sh", "# ci/update-lock.sh");
const WORKFLOW = block("yaml", "# .github/workflows/update-lock.yml");
const FORGES = {
  GitHub: block("sh", "pull-request.sh BASE BRANCH TITLE BODY-FILE, for GitHub"),
  Forgejo: block("sh", "pull-request.sh BASE BRANCH TITLE BODY-FILE, for Forgejo"),
};

const BRANCH = "update-lock-main";
const LOCK = "lix-image.lock.json";

interface Ran {
  readonly code: number;
  readonly output: string;
}

/** A bare repository, whose `main` has a lock and the scripts, and the forge that it is on. */
interface Place {
  readonly locking: Locking;
  readonly forge: Forge;
  readonly remote: string;
  /** Runs like a job of CI: in a new, shallow checkout. */
  nightly(): Promise<Ran>;
  git(...argv: readonly string[]): Promise<string>;
  /** A commit of somebody else on a branch. */
  commit(branch: string, file: string, contents: string): Promise<void>;
}

async function withPlace(script: string, use: (place: Place) => Promise<void>): Promise<void> {
  await withLocking(async (locking) => {
    const forge = await startForge();
    try {
      await use(await placeOf(locking, forge, script));
    } finally {
      await forge.close();
    }
  });
}

async function placeOf(locking: Locking, forge: Forge, script: string): Promise<Place> {
  const { dir, lock, lockFile, options } = locking;
  const [bin, remote, work] = ["bin", "remote.git", "work"].map((name) => join(dir, name));
  if (bin === undefined || remote === undefined || work === undefined) assert.fail();
  await mkdir(bin);
  await program(bin, "npx", "lix-image-lock.ts");
  await program(bin, "gh", "gh.ts");
  await program(bin, "node");
  const env = {
    ...{ PATH: `${bin}:${process.env["PATH"]}`, HOME: dir, GIT_CONFIG_NOSYSTEM: "1" },
    LIX_IMAGE_CACHE: cacheFolder(),
    ...{ FORGE_URL: forge.url, GITHUB_SERVER_URL: forge.url, GITHUB_TOKEN: FORGE_TOKEN },
    ...{ GITHUB_REPOSITORY: FORGE_REPOSITORY, GITHUB_REF_NAME: "main" },
  };
  const run = (cwd: string, file: string, ...argv: readonly string[]): Promise<Ran> =>
    new Promise((resolve) => {
      execFile(file, argv, { cwd, env }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ code, output: `${stdout}${stderr}` });
      });
    });
  const gitIn = async (cwd: string, ...argv: readonly string[]): Promise<string> => {
    const who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"];
    const { code, output } = await run(cwd, "git", ...who, ...argv);
    assert.equal(code, 0, output);
    return output.trim();
  };
  const checkout = async (branch: string, ...how: readonly string[]): Promise<void> => {
    await rm(work, { recursive: true, force: true });
    await gitIn(dir, "clone", "-q", ...how, "-b", branch, `file://${remote}`, work);
  };
  const commit = async (branch: string, file: string, contents: string): Promise<void> => {
    await checkout(branch);
    await mkdir(join(work, "ci"), { recursive: true });
    await writeFile(join(work, file), contents);
    await gitIn(work, "add", file);
    await gitIn(work, "commit", "-q", "-m", file);
    await gitIn(work, "push", "-q", "origin", branch);
  };

  await lock(...options, "--package", "jq");
  await gitIn(dir, "init", "-q", "--bare", "-b", "main", remote);
  await gitIn(dir, "init", "-q", "-b", "main", work);
  await gitIn(work, "commit", "-q", "--allow-empty", "-m", "begin");
  await gitIn(work, "push", "-q", remote, "main");
  await commit("main", "ci/update-lock.sh", UPDATE);
  await commit("main", "ci/pull-request.sh", script);
  await commit("main", LOCK, await readFile(lockFile, "utf8"));
  const record = LOCK.replace(/json$/, "args");
  await commit("main", record, await readFile(join(dir, record), "utf8"));
  // From here on the branch is protected: only Ann may push to it.
  const hook = join(remote, "hooks/pre-receive");
  await writeFile(hook, "#!/bin/sh\n[ ! -e refused ] || ! grep -f refused\n");
  await chmod(hook, 0o755);
  return {
    ...{ locking, forge, remote, commit },
    git: (...argv) => gitIn(remote, ...argv),
    async nightly() {
      await checkout("main", "--depth=1");
      return run(work, "sh", "ci/update-lock.sh");
    },
  };
}

/** A program of this name that runs a file of test/support, or node itself. */
async function program(bin: string, name: string, file?: string): Promise<void> {
  const script = file === undefined ? "" : `'${join(REPOSITORY, "test/support", file)}'`;
  await writeFile(join(bin, name), `#!/bin/sh\nexec '${process.execPath}' ${script} "$@"\n`);
  await chmod(join(bin, name), 0o755);
}

const refuse = ({ remote }: Place, pattern: string): Promise<void> =>
  writeFile(join(remote, "refused"), pattern === "" ? "^$\n" : `${pattern}\n`);

const tips = async ({ git }: Place): Promise<string> => git("for-each-ref", "refs/heads");

for (const [name, script] of Object.entries(FORGES)) {
  test(`on ${name} one pull request updates a lock, and is kept up to date`, () =>
    withPlace(script, async (place) => {
      const { locking, forge, git, nightly, commit } = place;
      const { pulls, writes } = forge;
      // Others have pull requests too: a fork even from a branch of the same name.
      for (const head of ["a", "b", "c", "d"])
        forge.add({ base: "main", head, title: head, body: "" });
      forge.add({ base: "main", head: BRANCH, title: "a fork's", body: "", fork: true });
      await refuse(place, "refs/heads/main$");
      const start = await tips(place);
      assert.deepEqual(await nightly(), { code: 0, output: `${LOCK} is up to date\n` });
      assert.deepEqual([await tips(place), writes], [start, []], "nothing to do when it is fresh");

      await newRelease(locking, { jq: "1.8.0" });
      const first = await nightly();
      assert.equal(first.code, 0, first.output);
      assert.deepEqual(writes, ["create"]);
      const pull = pulls.at(-1) ?? assert.fail();
      assert.deepEqual([pull.base, pull.head, pull.title], ["main", BRANCH, `Update ${LOCK}`]);
      assert.match(pull.body, /\| jq +\| 1\.7\.1 +\| 1\.8\.0 /);
      assert.match(pull.body, /\nClosure: /);
      assert.match(pull.body, / are new, \d+ stay, \d+ are gone; [\d.]+ kB to push /);
      const files = await git("diff", "--name-only", `main..${BRANCH}`);
      assert.equal(files, LOCK, "the commit changes nothing else");
      assert.match(await git("show", `${BRANCH}:${LOCK}`), /jq-1\.8\.0/);
      assert.equal(await git("rev-list", "--count", `main..${BRANCH}`), "1");

      const pushed = await tips(place);
      assert.equal((await nightly()).code, 0);
      assert.equal(await tips(place), pushed, "the same change is pushed once");
      assert.deepEqual(writes, ["create", `edit ${pull.number}`]);

      await newRelease(locking, { jq: "1.9.0" });
      assert.equal((await nightly()).code, 0);
      assert.equal(await git("rev-list", "--count", `main..${BRANCH}`), "1");
      assert.match(pull.body, /\| jq +\| 1\.7\.1 +\| 1\.9\.0 /);
      assert.equal(pulls.length, 6, "still one of ours");

      await refuse(place, "");
      await commit("main", "README.md", "more\n");
      assert.equal((await nightly()).code, 0);
      assert.equal(
        await git("rev-parse", `${BRANCH}^`),
        await git("rev-parse", "main"),
        "it follows its base",
      );

      const before = await tips(place);
      locking.server.replies.delete(locking.server.paths.channel);
      const count = writes.length;
      const failed = await nightly();
      assert.equal(failed.code, 1, failed.output);
      assert.match(failed.output, /\[[A-Z_]+\]/);
      assert.deepEqual([await tips(place), writes.length], [before, count], "nothing is touched");
    }));

  test(`on ${name} a push that is refused opens no pull request, and the next run makes up for it`, () =>
    withPlace(script, async (place) => {
      const { locking, forge, git, nightly, commit } = place;
      await newRelease(locking, { jq: "1.8.0" });
      await refuse(place, `refs/heads/${BRANCH}$`);
      const refused = await nightly();
      assert.notEqual(refused.code, 0);
      assert.deepEqual(forge.writes, []);

      await refuse(place, "");
      forge.failNext = true;
      const halfway = await nightly();
      assert.notEqual(halfway.code, 0, halfway.output);
      assert.equal(forge.pulls.length, 0);
      assert.equal((await nightly()).code, 0);
      assert.equal(forge.pulls.length, 1);

      await commit(BRANCH, "fix.txt", "a reviewer's\n");
      await newRelease(locking, { jq: "1.9.0" });
      const before = await tips(place);
      const left = await nightly();
      assert.equal(left.code, 0, left.output);
      assert.match(left.output, /has a commit that is not ours/);
      assert.equal(await tips(place), before);
      assert.match(await git("show", `${BRANCH}:${LOCK}`), /jq-1\.8\.0/);
    }));
}

test("the workflow runs the script, and caches Hydra's responses where the command line looks for them", () => {
  assert.match(WORKFLOW, /run: sh ci\/update-lock\.sh\n/);
  const paths = [...WORKFLOW.matchAll(/path: ~\/([\w./-]+)/g)].map(([, path]) => path);
  const usual = cacheFolder({}).split("/").slice(-2).join("/");
  assert.deepEqual(new Set(paths), new Set([usual]));
  assert.match(WORKFLOW, /actions\/cache\/save@v4\n +if: always\(\)/);
});
