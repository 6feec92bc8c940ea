/** Where a registry sends us, who we say we are there, and digests that are not true. */
import assert from "node:assert/strict";
import { rememberBlobs } from "../../provider/destination/registry.ts";
import { startFaultProxy, type FaultProxy } from "../support/fault-proxy.ts";
import type { Fault, FaultAct } from "../support/http-faults.ts";
import type { Reply } from "../support/registry-reply.ts";
import { overEachRegistry, type Row } from "./registries.ts";
import { assertClear, assertPushed, NEW, TAG, type Stage } from "./stage.ts";

const UPLOADS = /\/blobs\/uploads\//;
const PUT_BLOB = { method: "PUT", path: UPLOADS } as const;
const BEGIN = { method: "POST", path: UPLOADS, times: Infinity } as const;
const READ_TAG = { path: new RegExp(`manifests/${TAG}$`) } as const;
const OTHER_DIGEST = `sha256:${"0".repeat(64)}`;

/** The address of each upload, said otherwise. */
const location = (respell: (address: URL) => string): Fault => ({
  ...BEGIN,
  act: changeHeader("location", (text) => respell(new URL(text, "http://relative.invalid"))),
});

function changeHeader(name: string, change: (value: string) => string): FaultAct {
  return {
    kind: "change",
    change: (reply: Reply) => ({
      ...reply,
      headers: { ...reply.headers, [name]: change(reply.headers?.[name] ?? "") },
    }),
  };
}

const NO_LOCATION: Fault = { ...BEGIN, act: { kind: "answer", status: 202 } };

/** Makes us say who we are, with every request from then on. */
const WHO_IS_IT: Fault = {
  act: { kind: "answer", status: 401, headers: { "www-authenticate": 'Basic realm="r"' } },
};

/** A redirect, whose address is made of the path that was asked for. */
const leadTo = (host: string): FaultAct => ({
  kind: "change",
  change: (_, request) => ({
    status: 307,
    headers: { location: `http://me:pw@${host}${request.url}` },
  }),
});

/** Lends another origin: a second way to the same registry. */
async function withOther({ upstream }: Stage, use: (other: FaultProxy) => Promise<void>) {
  const other = await startFaultProxy(upstream.host);
  try {
    await use(other);
  } finally {
    await other.close();
  }
}

const passing = (name: string, faults: (stage: Stage) => readonly Fault[]): Row => ({
  name: `${name}: the push succeeds`,
  run: async (stage) => {
    stage.fault(...faults(stage));
    await stage.push();
    await assertPushed(stage);
  },
});

const lasting = (
  name: string,
  faults: (stage: Stage) => readonly Fault[],
  expected: { readonly code: string; readonly text: RegExp },
): Row => ({
  name: `${name}: ${expected.code}`,
  run: async (stage) => {
    stage.fault(...faults(stage));
    await assertClear(stage, expected);
  },
});

overEachRegistry("uploads go to a Location", [
  passing("that is relative to the host", () => [location((to) => to.pathname + to.search)]),
  passing("that is relative to the request", () => [
    location((to) => to.pathname.replace(/^.*\/uploads\//, "") + to.search),
  ]),
  passing("that is absolute", ({ proxy: { host } }) => [
    location((to) => `http://${host}${to.pathname}${to.search}`),
  ]),
  passing("that lacks the port", () => [
    location((to) => `http://127.0.0.1${to.pathname}${to.search}`),
  ]),
  passing("that has more of a query", () => [
    location((to) => `${to.pathname}${to.search}&more=a%2Fb%20c`),
  ]),
  {
    name: "on another origin, to which no credentials go: the push succeeds",
    run: (stage) =>
      withOther(stage, async (other) => {
        const { proxy } = stage;
        stage.fault(
          WHO_IS_IT,
          location((to) => `http://me:pw@${other.host}${to.pathname}${to.search}`),
        );
        await stage.push();
        await assertPushed(stage);
        assert.equal(other.log.length, NEW.blobs.length);
        assert.deepEqual(new Set(other.log.map((line) => line.authorization)), new Set([""]));
        assert.equal(proxy.log.at(-1)?.authorization, "basic");
      }),
  },
  lasting("that is missing", () => [NO_LOCATION], {
    code: "NOT_A_REGISTRY",
    text: /no Location/,
  }),
  ...["http://[", "ftp://127.0.0.1/up"].map((address) =>
    lasting(`that is ${address}`, () => [location(() => address)], {
      code: "UNSAFE_ADDRESS",
      text: /upload address that 127\.0\.0\.1:\d+ names is/,
    }),
  ),
  lasting("where nobody listens", () => [location(() => "http://127.0.0.1:1/up")], {
    code: "HTTP_UNREACHABLE",
    text: /nothing listens at http:\/\/127\.0\.0\.1:1/,
  }),
]);

const mounting = (name: string, act?: FaultAct): Row => ({
  name: `${name}: the push succeeds`,
  run: async (stage) => {
    // A repository that this session thinks has them all.
    const base = stage.client({ name: "acme/base" });
    rememberBlobs(base, NEW.blobs);
    if (act !== undefined) {
      for (const blob of NEW.blobs) await base.pushBlob(blob);
      stage.fault({ method: "POST", path: /mount=/, times: Infinity, act });
    }
    const asked = stage.proxy.log.length;
    await stage.push();
    await assertPushed(stage);
    const mounts = stage.proxy.log.slice(asked).filter(({ path }) => path.includes("mount="));
    assert.equal(new Set(mounts.map(({ path }) => path)).size, NEW.blobs.length);
  },
});

overEachRegistry("mounts", [
  mounting("of blobs that are not there after all, answered by 202"),
  mounting("that the registry does", { kind: "wait", ms: 0 }),
  ...[400, 403, 404, 405, 500].map((status) =>
    mounting(`answered by ${status}`, { kind: "answer", status }),
  ),
  mounting("answered by 500, although they were done", { kind: "lie", status: 500, body: "" }),
  mounting("not answered", { kind: "cut", afterBytes: 0 }),
]);

/** A token service beside the registry, whose tokens are 1, 2, 3, … */
function tokens({ proxy: { host } }: Stage): {
  readonly challenge: FaultAct;
  readonly service: Fault;
} {
  let issued = 0;
  const challenge = `Bearer realm="http://${host}/token",service="r"`;
  return {
    challenge: { kind: "answer", status: 401, headers: { "www-authenticate": challenge } },
    service: {
      path: /^\/token/,
      times: Infinity,
      act: {
        kind: "change",
        change: () => ({ status: 200, body: JSON.stringify({ token: `t${(issued += 1)}` }) }),
      },
    },
  };
}

const expiring = (name: string, place: Pick<Fault, "method" | "path">): Row => ({
  name: `in front of ${name}: the push succeeds`,
  run: async (stage) => {
    const { challenge, service } = tokens(stage);
    stage.fault(service, { method: "HEAD", act: challenge }, { ...place, act: challenge });
    await stage.push();
    await assertPushed(stage);
    const asked = stage.proxy.log.filter(({ path }) => path.startsWith("/token"));
    assert.equal(asked.length, 2);
    assert.equal(stage.proxy.log.at(-1)?.authorization, "bearer");
  },
});

const unsafeChallenge: FaultAct = {
  kind: "answer",
  status: 401,
  headers: { "www-authenticate": 'Bearer realm="ftp://127.0.0.1/token"' },
};

overEachRegistry("a token that expires", [
  expiring("the bytes of a blob", PUT_BLOB),
  expiring("a manifest", { method: "PUT", path: /manifests\/sha256/ }),
  expiring("the tag", { method: "PUT", ...READ_TAG }),
  lasting("at a service that is no server of the web", () => [{ act: unsafeChallenge }], {
    code: "UNSAFE_ADDRESS",
    text: /the token service that 127\.0\.0\.1:\d+ names is neither http nor https: ftp:/,
  }),
  {
    name: "for good: REGISTRY_DENIED",
    run: async (stage) => {
      const { challenge, service } = tokens(stage);
      stage.fault(service, { ...PUT_BLOB, times: Infinity, act: challenge });
      await assertClear(stage, { code: "REGISTRY_DENIED", text: /credentials from a test/ });
    },
  },
]);

const lie = changeHeader("docker-content-digest", () => OTHER_DIGEST);
const silence = changeHeader("docker-content-digest", () => "");

overEachRegistry("a digest that is not true", [
  passing("of a manifest that is there", () => [
    { method: "HEAD", path: /manifests\/sha256/, times: Infinity, act: lie },
  ]),
  passing("of a blob that was kept", () => [{ ...PUT_BLOB, times: Infinity, act: lie }]),
  passing("none of a tag, and a wrong one with its bytes", () => [
    { method: "HEAD", ...READ_TAG, times: Infinity, act: silence },
    { method: "GET", ...READ_TAG, times: Infinity, act: lie },
  ]),
  passing("of a tag, for a while", () => [{ method: "HEAD", ...READ_TAG, times: 3, act: lie }]),
  lasting("of a tag", () => [{ method: "HEAD", ...READ_TAG, times: Infinity, act: lie }], {
    code: "TAG_NOT_KEPT",
    text: /expected sha256:.*; got sha256:0{64}/,
  }),
  lasting(
    "of a manifest that was kept",
    () => [{ method: "PUT", path: /manifests\/sha256/, act: lie }],
    {
      code: "REGISTRY_DIGEST_MISMATCH",
      text: /expected sha256:.*; got sha256:0{64}/,
    },
  ),
  lasting("of a tag that was kept", () => [{ method: "PUT", ...READ_TAG, act: lie }], {
    code: "REGISTRY_DIGEST_MISMATCH",
    text: /expected sha256:.*; got sha256:0{64}/,
  }),
]);

const redirected = (name: string, method: "GET" | "HEAD", path: RegExp): Row => ({
  name: `of ${name} lead to another origin, to which no credentials go: the push succeeds`,
  run: (stage) =>
    withOther(stage, async (other) => {
      const heads: Fault = { method: "HEAD", path, times: Infinity, act: silence };
      stage.fault(WHO_IS_IT, ...(method === "GET" ? [heads] : []), {
        method,
        path,
        times: Infinity,
        act: leadTo(other.host),
      });
      await stage.push();
      await assertPushed(stage);
      assert.ok(other.log.length > 0);
      assert.deepEqual(new Set(other.log.map((line) => line.authorization)), new Set([""]));
    }),
});

overEachRegistry("redirects", [
  redirected("blobs", "HEAD", /blobs\/sha256/),
  redirected("manifests", "HEAD", /manifests/),
  redirected("manifests", "GET", /manifests/),
]);
