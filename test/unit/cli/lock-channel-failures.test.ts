/** What `lix-image lock --channel` says when a server does not do its part. @module */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { render, type LixImageError } from "../../../provider/base/errors.ts";
import type { ChannelServer } from "../../support/channel-server.ts";
import type { Reply } from "../../support/reply-server.ts";
import { withLocking } from "../../support/locking.ts";

const CURL = "curl.x86_64-linux";
const JUNK: Reply = {
  headers: { "content-type": "text/html" },
  body: "<html><p>The garden of forking paths grows behind the library",
};

/** Changes the JSON of one build. */
function edit(server: ChannelServer, name: string, change: object): void {
  const path = server.paths.build(name);
  const reply = server.replies.get(path) ?? assert.fail(`no build ${name}`);
  const build: object = JSON.parse(String(reply.body));
  server.replies.set(path, { ...reply, body: JSON.stringify({ ...build, ...change }) });
}

const release = (server: ChannelServer, name: string, reply: Reply | undefined): void => {
  const path = `${server.paths.release}/${name}`;
  if (reply === undefined) server.replies.delete(path);
  else server.replies.set(path, reply);
};

const FAILURES: readonly {
  readonly what: string;
  readonly change: (server: ChannelServer) => void;
  readonly code: string;
  readonly message: RegExp;
}[] = [
  {
    what: "a channel that is not there",
    change: (server) => server.replies.delete(server.paths.channel),
    code: "CHANNEL_NOT_FOUND",
    message: /there is no channel http.*nixpkgs-unstable.*hint: channels are named/s,
  },
  {
    what: "a release without src-url",
    change: (server) => release(server, "src-url", undefined),
    code: "NOT_A_CHANNEL",
    message: /src-url: expected the file of a channel's release; got nothing/,
  },
  {
    what: "a page in place of the revision",
    change: (server) => release(server, "git-revision", JUNK),
    code: "NOT_A_CHANNEL",
    message: /git-revision: .*got "<html>/,
  },
  {
    what: "packages.json cut off",
    change: (server) => {
      const { body } = server.replies.get(`${server.paths.release}/packages.json.br`) ?? {};
      release(server, "packages.json.br", { body: Buffer.from(body ?? "").subarray(0, 900) });
    },
    code: "UNUSABLE_PACKAGE_INDEX",
    message: /packages\.json\.br: cannot be read/,
  },
  {
    what: "a page in place of packages.json",
    change: (server) => release(server, "packages.json.br", JUNK),
    code: "UNUSABLE_PACKAGE_INDEX",
    message: /no object \["packages"\]/,
  },
  {
    what: "no nixexprs.tar.xz",
    change: (server) => release(server, "nixexprs.tar.xz", undefined),
    code: "TARBALL_UNAVAILABLE",
    message: /nixexprs\.tar\.xz: .*404/,
  },
  {
    what: "a Hydra that has had enough",
    change: (server) =>
      server.replies.set(server.paths.job(CURL), { status: 429, headers: { "retry-after": "0" } }),
    code: "HYDRA_BUSY",
    message: /job\/curl\.x86_64-linux: Hydra answers 429.*hint: wait a few minutes.*continues/s,
  },
  {
    what: "a garbage page with status 200",
    change: (server) => server.replies.set(server.paths.job(CURL), JUNK),
    code: "NOT_HYDRA",
    message: /expected a build.*got text\/html: "<html>.*hint: .*protection against robots/s,
  },
  {
    what: "garbage that claims to be JSON",
    change: (server) =>
      server.replies.set(server.paths.build(CURL), {
        headers: { "content-type": "application/json" },
        body: '{"id":1}',
      }),
    code: "NOT_HYDRA",
    message: /buildoutputs/,
  },
  {
    what: "redirects in a circle",
    change: (server) =>
      server.replies.set(server.paths.job(CURL), {
        status: 301,
        headers: { location: server.paths.job(CURL) },
      }),
    code: "NOT_HYDRA",
    message: /redirect after redirect/,
  },
  {
    what: "a redirect to a stranger without TLS",
    change: (server) =>
      server.replies.set(server.paths.job(CURL), {
        status: 302,
        headers: { location: "http://192.0.2.1/build/1" },
      }),
    code: "NOT_HYDRA",
    message: /a redirect to http:\/\/192\.0\.2\.1/,
  },
  {
    what: "jobs that are missing, failed, unfinished, or of elsewhere: all at once",
    change: (server) => {
      server.replies.delete(server.paths.job(CURL));
      edit(server, "wget.x86_64-linux", { buildstatus: 1 });
      edit(server, "less.x86_64-linux", { finished: 0, buildstatus: null });
      edit(server, "which.x86_64-linux", { jobsetevals: [17] });
      edit(server, "gzip.x86_64-linux", { nixname: "gzip-9.9" });
      edit(server, "gnutar.x86_64-linux", { system: "aarch64-linux" });
      edit(server, "shadow.x86_64-linux", { buildoutputs: { out: { path: null } } });
    },
    code: "UNUSABLE_JOBS",
    message: new RegExp(
      [
        "eval/1800001, x86_64-linux: 7 packages were not built",
        "curl: no job curl.x86_64-linux",
        "gnutar: .* is for aarch64-linux",
        "gzip: build \\d+ is gzip-9.9; the channel has gzip-1.13",
        "less: build \\d+ of less.x86_64-linux is not finished",
        "shadow: build \\d+ has no path for the output out",
        "wget: .*failed \\(status 1\\)",
        "which: .* is of evaluation 17; the channel is of 1800001",
      ]
        // In the order of docker.nix.
        .map((line) => `(?=.*${line})`)
        .join(""),
      "s",
    ),
  },
];

for (const { what, change, code, message } of FAILURES)
  test(`${what}: ${code}, and no lock`, async () => {
    await withLocking(async ({ server, lock, options, lockFile }) => {
      change(server);
      await assert.rejects(lock(...options), (error: LixImageError) => {
        assert.equal(error.code, code);
        assert.match(render(error), message);
        return true;
      });
      await assert.rejects(readFile(lockFile), { code: "ENOENT" });
    });
  });

test("attributes that the channel does not have are reported together", async () => {
  await withLocking(async ({ lock, options }) => {
    const packages = ["nope", "curl.lib", "jq"].flatMap((one) => ["--package", one]);
    await assert.rejects(lock(...options, ...packages, "--lix", "lixPackageSets.x.lix"), {
      code: "UNKNOWN_ATTRIBUTES",
      message:
        /3 packages\n.*no package lixPackageSets\.x\.lix\n.*no package nope\n.*no package curl\.lib$/,
    });
  });
});

test("a Hydra that is busy for a moment, and a renamed jobset, cause no failure", async () => {
  await withLocking(async ({ server, lock, options }) => {
    const job = server.paths.job(CURL);
    server.first.set(job, [
      { status: 429, headers: { "retry-after": "0" } },
      { status: 301, headers: { location: "/renamed/curl" } },
    ]);
    server.replies.set("/renamed/curl", server.replies.get(job) ?? {});
    assert.equal((await lock(...options)).code, 0);
    assert.ok(server.log.some(({ path }) => path === "/renamed/curl"));
  });
});

test("answers that came before a failure are kept", async () => {
  await withLocking(async ({ server, lock, options }) => {
    const job = server.paths.job("wget.x86_64-linux");
    server.first.set(job, Array(5).fill({ status: 503 }));
    await assert.rejects(lock(...options), { code: "HYDRA_BUSY" });
    const curl = server.log.filter(({ path }) => path === server.paths.job(CURL)).length;
    assert.equal((await lock(...options)).code, 0);
    assert.equal(server.log.filter(({ path }) => path === server.paths.job(CURL)).length, curl);
  });
});
