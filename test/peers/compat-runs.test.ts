/** Images with `compat`, started as CI systems and editors start them, with their own scripts. */
import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { LixImageInputs } from "../../sdk/args.ts";
import {
  needsContainer,
  succeeds,
  withContainer,
  type Container,
  type RunAs,
} from "../support/container.ts";
import { needs } from "../support/peers.ts";
import { FEW_RIGHTS, ownStorage, podman, podmanScript } from "../support/podman.ts";
import { withRealLayout } from "../support/real-layout.ts";
import { needsRealWorld } from "../support/real-world.ts";
import { REPOSITORY } from "../support/source-files.ts";

const skip = needsRealWorld() || needsContainer();

/** The official binary, as GitHub's runner mounts it. */
const EXTERNALS = { "/__e/node20/bin": join(REPOSITORY, "node_modules/node/bin") };
const NODE = "/__e/node20/bin/node";
const ROOT: RunAs = { uid: 0, gid: 0 };
const USER = { name: "ci", uid: 1001 };

describe("an image with compat", { skip }, () => {
  const withLayout = (
    args: LixImageInputs,
    use: (layout: string, folder: string) => Promise<void>,
  ): Promise<void> => withRealLayout({ bundleNixpkgs: false, ...args }, use);

  test("runs as root, and as a user that it does not know, what CI systems run", () =>
    withLayout({ compat: { githubActions: true, gitlab: true } }, (layout) =>
      withContainer(layout, async (container) => {
        await checkRepository(container, {});
        await checkNode(container, {});
        await checkNode(container, { uid: 1_000_650_000, gid: 0 });
        // GitLab runs `sh -c SCRIPT`, and writes the job to the shell's stdin.
        const job = 'echo "set -eo pipefail; type -t nix; echo \\$BASH"';
        const said = await succeeds(container, `${job} | sh -c '${GITLAB_SHELL}'`);
        assert.equal(said, "file\n/bin/bash\n");
        assert.equal(await succeeds(container, "/bin/bash --login -c 'type -t git'"), "file\n");
        const service = await container.run("exec 3<> /dev/tcp/127.0.0.1/ssh");
        assert.match(service.stderr, /Connection refused/, "the name of the service is known");
        for (const file of ["ssl/certs/ca-certificates.crt", "pki/tls/certs/ca-bundle.crt"])
          await succeeds(container, `grep -q 'BEGIN CERTIFICATE' /etc/${file}`);
      }),
    ));

  test("runs as a user of its own jobs of GitHub and dev containers", (t) =>
    withLayout(
      // podman's plain storage copies for each layer all that is below it.
      { compat: { githubActions: true, devContainer: true }, user: USER, maxLayers: 1 },
      async (layout, folder) => {
        await withContainer(layout, async (container) => {
          for (const as of [{}, ROOT]) {
            await checkRepository(container, as);
            await checkNode(container, as);
          }
          await checkDevContainer(container);
          assert.match(await succeeds(container, "nix-env -q; nix-store --verify"), /^bash/m);
        });
        await t.test(
          "in podman, with tail as the entrypoint and each step executed beside it",
          { skip: needs("podman") },
          () => runGitHubJob(layout, folder),
        );
      },
    ));
});

async function runGitHubJob(layout: string, folder: string): Promise<void> {
  await chmod(folder, 0o755);
  const work = join(folder, "work");
  await mkdir(join(work, "_temp"), { recursive: true });
  await writeFile(join(work, "_temp/step.sh"), 'echo "step as $(id -un) in $PWD, $HOME"\n');
  await writeFile(join(work, "index.js"), 'console.log("action in", process.cwd());\n');
  const env = await ownStorage(folder, ["podman"]);
  const image = (await podman(env, "pull", "--quiet", `oci:${layout}:latest`)).trim();
  const said = await podmanScript(env, GITHUB_JOB, [
    ...["--workdir", "/__w/repo", "-e", "HOME=/github/home", "-e", "GITHUB_ACTIONS=true"],
    ...["-e", "CI=true", "-v", `${work}:/__w`, "-v", `${work}:/github/home`],
    ...Object.entries(EXTERNALS).flatMap(([to, from]) => ["-v", `${from}:${to}:ro`]),
    ...[...FEW_RIGHTS, "--entrypoint", "tail", image, "-f", "/dev/null"],
  ]);
  assert.deepEqual(said.trim().split("\n"), [
    ...["ID=lix", "ID_LIKE=nixos"],
    ...["step as ci in /__w, /github/home", "step as root in /__w, /github/home"],
    "action in /__w",
  ]);
}

async function checkNode(container: Container, as: RunAs): Promise<void> {
  const script =
    'console.log(require("child_process").execFileSync("bash", ["-c", "nix --version"], { encoding: "utf8" }))';
  const said = await succeeds(container, `${NODE} -e '${script}'`, { ...as, mounts: EXTERNALS });
  assert.match(said, /^nix \(/);
}

/** A repository whose files belong to somebody else, as a runner's clone does. */
async function checkRepository(container: Container, as: RunAs): Promise<void> {
  const repository = `/repo-${as.uid}`;
  await succeeds(container, `git init -q ${repository}; chown -R 4242 ${repository}`, ROOT);
  const status = `git -C ${repository} status`;
  assert.match(await succeeds(container, status, as), /No commits yet/);
  const strict = await container.run(`GIT_CONFIG_NOSYSTEM=1 ${status}`, as);
  assert.match(strict.stderr, /dubious ownership/);
}

async function checkDevContainer(container: Container): Promise<void> {
  const shell = { shell: ["/bin/sh"] };
  const said = await succeeds(container, DEV_CONTAINER_PROBES, shell);
  assert.match(said, /^\w+\n.*^ID=lix$/ms);
  const [, login = ""] =
    /^ci:.*:1001:1001:.*:\/home\/ci:(\/nix\/store\/.*\/bash)$/m.exec(said) ?? [];
  const probe = `${login} -lic 'echo -n mark; cat /proc/self/environ; echo -n mark'`;
  assert.match(await succeeds(container, probe, shell), /mark.*\bPATH=\/home\/ci.*mark/s);
  // As root, which sets up the container.
  await succeeds(container, "mkdir -p /var/devcontainer; echo A=1 >> /etc/environment", ROOT);
  // What VS Code's server requires, and where it looks.
  const versions = "grep -ao 'GLIBCXX_3\\.4\\.25' /usr/lib/libstdc++.so.6 | head -1";
  assert.equal(await succeeds(container, versions, shell), "GLIBCXX_3.4.25\n");
  const libc = "grep -ao 'release version [0-9.]*[0-9]' /usr/lib/libc.so.6";
  assert.match(await succeeds(container, libc, shell), /^release version 2\.(2[89]|[3-9]\d)/);
}

/** @see https://github.com/actions/runner/blob/main/src/Runner.Worker/Container/DockerCommandManager.cs */
const GITHUB_JOB = `
  podman create --name job "$@" > /dev/null
  podman start job > /dev/null
  podman exec job sh -c "cat /etc/*release | grep ^ID"
  podman exec -i --workdir /__w job sh -e /__w/_temp/step.sh
  podman exec -i --workdir /__w --user 0 job sh -e /__w/_temp/step.sh
  podman exec -i --workdir /__w job ${NODE} /__w/index.js
  podman rm --force --time 0 job > /dev/null
`;

/** @see https://gitlab.com/gitlab-org/gitlab-runner/-/blob/main/shells/bash.go (BashDetectShellScript) */
const GITLAB_SHELL = `if [ -x /usr/local/bin/bash ]; then
\texec /usr/local/bin/bash $@
elif [ -x /usr/bin/bash ]; then
\texec /usr/bin/bash $@
elif [ -x /bin/bash ]; then
\texec /bin/bash $@
elif [ -x /usr/local/bin/sh ]; then
\texec /usr/local/bin/sh $@
elif [ -x /usr/bin/sh ]; then
\texec /usr/bin/sh $@
elif [ -x /bin/sh ]; then
\texec /bin/sh $@
elif [ -x /busybox/sh ]; then
\texec /busybox/sh $@
else
\techo shell not found
\texit 1
fi
`;

/** @see https://github.com/devcontainers/cli/blob/main/src/spec-common/injectHeadless.ts */
const DEV_CONTAINER_PROBES = `
  ( uname -m )
  ( (cat /etc/os-release || cat /usr/lib/os-release) 2>/dev/null )
  ( (command -v getent >/dev/null 2>&1 && getent passwd 'ci' || grep -E '^ci|^[^:]*:[^:]*:ci:' /etc/passwd || true) )
  ( mkdir -p '/home/ci/.devcontainer' && CONTENT="$(cat '/home/ci/.devcontainer/.m' 2>/dev/null || echo ENOENT)" && [ "\${CONTENT:-x}" != 'x' ] && echo 'x' > '/home/ci/.devcontainer/.m' )
`;
