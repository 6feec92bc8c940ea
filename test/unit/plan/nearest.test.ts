import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "../../../provider/plan/nearest.ts";

const NAMES = ["nodejs", "nodejs_22", "nodejs_24", "jq", "yq", "curl", "bashInteractive"];

test("the nearest names come first, and at most as many as asked for", () => {
  assert.deepEqual(nearest("nodejs_23", NAMES, 2), ["nodejs_22", "nodejs_24"]);
  assert.deepEqual(nearest("jqq", NAMES), ["jq", "yq"]);
});

test("a name that was cut off is the nearest of all", () => {
  assert.deepEqual(nearest("bash", NAMES), ["bashInteractive"]);
  assert.deepEqual(nearest("node", NAMES, 2), ["nodejs", "nodejs_22"]);
  assert.deepEqual(nearest("no", NAMES), ["jq", "yq"], "two letters begin too much");
});

test("upper and lower case do not count as a difference", () => {
  assert.deepEqual(nearest("bashinteractive", NAMES), ["bashInteractive"]);
});

test("a name that resembles no other gets no suggestion", () => {
  assert.deepEqual(nearest("postgresql", NAMES), []);
});
