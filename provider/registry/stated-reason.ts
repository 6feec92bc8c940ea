/**
 * Why a server refuses, in its own words. Registries say it in the specification's errors, in members of
 * their own, in plain text or XML; proxies in front of them say it in a page.
 * @see distribution-spec, "Error Codes"; RFC 9457; RFC 6750 §3; RFC 9111 §5.5
 * @module
 */
import type { IncomingHttpHeaders } from "node:http";
import { jsonIn } from "../base/json.ts";
import { redact } from "../base/redact.ts";
import { parseChallenges } from "./challenge.ts";

export interface StatedReason {
  /** The distribution-spec's codes, where there are any: MANIFEST_BLOB_UNKNOWN, DENIED, … */
  readonly codes: readonly string[];
  /** At most {@link LIMIT} characters, on one line; empty when nothing is said. */
  readonly text: string;
}

const LIMIT = 400;
/** Members that hold a sentence for people, the most telling first. */
const SENTENCES = ["message", "Message", "detail", "details", "title", "reason", "description"];

/** @param body the answer's beginning, as text. */
export function statedReason(body: string, headers: IncomingHttpHeaders): StatedReason {
  const { codes, parts } = inBody(body, headers["content-type"] ?? "");
  // A token that lacks a scope is refused in the header alone.
  const text = distinct([...parts, ...inHeaders(headers)]).join("; ");
  return { codes, text: clipped(text) };
}

interface Parts {
  readonly codes: readonly string[];
  readonly parts: readonly string[];
}

function inBody(body: string, type: string): Parts {
  const text = body.trim();
  if (text === "") return NOTHING;
  const json = parsed(text);
  if (json !== undefined) return inJson(json);
  if (/<(?:!doctype|html|head|title|body|center|h1)\b/i.test(text))
    return { codes: [], parts: [...elements(text, "title"), ...elements(text, "h1")] };
  if (text.startsWith("<"))
    return {
      codes: elements(text, "Code"),
      parts: [...elements(text, "Code"), ...elements(text, "Message")],
    };
  return isBinary(text, type) ? NOTHING : { codes: [], parts: [text] };
}

const NOTHING: Parts = { codes: [], parts: [] };

const isBinary = (text: string, type: string): boolean =>
  text.includes("\ufffd") ||
  !(type === "" || /^(?:text|application\/(?:json|problem))/i.test(type));

function parsed(text: string): object | undefined {
  if (!/^[[{]/.test(text)) return undefined;
  const json = jsonIn(text);
  return json === undefined ? undefined : Object(json);
}

function inJson(json: object): Parts {
  const errors: unknown = "errors" in json ? json.errors : undefined;
  const listed = Array.isArray(errors) ? errors : errors === undefined ? [] : [errors];
  const each = listed.map(inError);
  return {
    codes: each.flatMap(({ code }) => (code === "" ? [] : [code])),
    parts: each.length > 0 ? each.map(({ text }) => text) : sentences(json),
  };
}

/** One of the specification's errors, or what stands in its place: a sentence, or an object of another kind. */
function inError(error: unknown): { readonly code: string; readonly text: string } {
  if (typeof error === "string") return { code: "", text: error };
  if (typeof error !== "object" || error === null) return { code: "", text: "" };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const message = "message" in error && typeof error.message === "string" ? error.message : "";
  const detail = "detail" in error ? error.detail : undefined;
  const said = [code, message, detailText(detail, message)].filter((part) => part !== "");
  return { code, text: said.join(": ") || sentences(error).join("; ") };
}

/** Empty when it says nothing that the message does not. */
function detailText(detail: unknown, message: string): string {
  if (detail === undefined || detail === null || detail === message) return "";
  const [sentence] = typeof detail === "object" ? sentences(detail) : [];
  if (sentence === message) return "";
  const text = JSON.stringify(sentence ?? detail);
  return text === "{}" || text === "[]" ? "" : text;
}

function sentences(json: object): string[] {
  const members = new Map<string, unknown>(Object.entries(json));
  const error = members.get("error");
  return distinct([
    ...SENTENCES.map((name) => members.get(name)).filter((value) => typeof value === "string"),
    ...(typeof error === "string" ? [error] : []),
    ...(typeof error === "object" && error !== null ? sentences(error) : []),
    ...[members.get("error_description")].filter((value) => typeof value === "string"),
  ]);
}

function inHeaders(headers: IncomingHttpHeaders): string[] {
  const challenges = parseChallenges(headers["www-authenticate"] ?? "");
  const errors = challenges.map(
    ({ parameters }) => parameters.get("error_description") ?? parameters.get("error") ?? "",
  );
  const warning = headers["warning"];
  const text = /"((?:[^"\\]|\\.)*)"/.exec(typeof warning === "string" ? warning : "")?.[1];
  return [...errors, text ?? ""];
}

const elements = (markup: string, name: string): string[] =>
  [...markup.matchAll(new RegExp(`<${name}[^>]*>([^<]*)<`, "gi"))].map(([, text = ""]) =>
    text.trim(),
  );

const distinct = (texts: readonly string[]): string[] => [
  ...new Set(
    texts
      // Before it is clipped, because half a secret would not be recognised.
      .map((text) =>
        redact(text)
          .replace(/[\s\p{Cc}\p{Cf}]+/gu, " ")
          .trim(),
      )
      .filter((text) => text !== ""),
  ),
];

const clipped = (text: string): string =>
  text.length <= LIMIT ? text : `${text.slice(0, LIMIT - 1)}…`;
