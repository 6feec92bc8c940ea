import assert from "node:assert/strict";
import { test } from "node:test";
import { reasonsOf } from "../../../provider/report/reasons.ts";

const REFERENCES: Readonly<Record<string, readonly string[]>> = {
  "/git": ["/perl", "/git"],
  "/curl": ["/openssl"],
  "/perl": ["/glibc"],
  "/openssl": ["/perl", "/glibc"],
  "/environment": ["/git", "/list"],
  "/ring-a": ["/ring-b"],
  "/ring-b": ["/ring-a"],
};
const PACKAGES = [
  { name: "git", version: "2.44", storePaths: ["/git", "/not-in-the-image"] },
  { name: "curl", version: "", storePaths: ["/curl"] },
];
const PATHS = [
  ...["/glibc", "/perl", "/openssl", "/git", "/curl"],
  ...["/list", "/environment", "/ring-a", "/ring-b"],
];

test("a path is there for the package that is nearest to it by references", () => {
  const reasons = reasonsOf(PATHS, PACKAGES, (path) => REFERENCES[path] ?? []);
  assert.deepEqual(Object.fromEntries(reasons), {
    "/git": { root: "git 2.44", via: undefined },
    "/curl": { root: "curl", via: undefined },
    "/perl": { root: "git 2.44", via: "/git" },
    "/openssl": { root: "curl", via: "/curl" },
    "/glibc": { root: "git 2.44", via: "/perl" },
    "/environment": { root: "the base system", via: undefined },
    "/list": { root: "the base system", via: "/environment" },
    "/ring-a": { root: "the base system", via: undefined },
    "/ring-b": { root: "the base system", via: "/ring-a" },
  });
});
