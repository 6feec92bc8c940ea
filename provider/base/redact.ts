/**
 * Hides what looks like a credential in any text: users and passwords in URLs, parameters that hold tokens,
 * headers. In doubt it hides more.
 * @module
 */
import { HIDDEN, Secrets } from "./secrets.ts";

/** A URL without user, password and query: presigned URLs carry keys in the query. */
export function redactUrl(url: string | URL): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return "(not a URL)";
  }
  const user = parsed.username !== "" || parsed.password !== "" ? `${HIDDEN}@` : "";
  const query = parsed.search === "" ? "" : "?…";
  return `${parsed.protocol}//${user}${parsed.host}${parsed.pathname}${query}`;
}

/** Hides what looks like a credential, and every secret in use. Its time grows with the length only. */
export const redact = (text: string): string => Secrets.hide(redactByLooks(text));

/** Hides what looks like a credential. The same text always gives the same one, whichever secrets are in use. */
export function redactByLooks(text: string): string {
  const looks = SUSPECT.test(text)
    ? text
        .replace(text.length <= LONG ? WORD : SIMPLE_WORD, redactWord)
        .replace(/\b(basic|bearer)( +)([A-Za-z0-9._~+/-]{4,}=*)/gi, redactHeader)
    : text;
  return looks.replace(TOKEN, HIDDEN);
}

const SUSPECT = /[@=]|%40|basic |bearer /i;
// Tokens with a prefix of their service: GitHub, GitLab, npm, PyPI, Docker, Vault, Slack, DigitalOcean; and
// JWTs. They are secret anywhere, in a path as in a header.
const TOKEN = new RegExp(
  `(?<![A-Za-z0-9])(?:${[
    String.raw`gh[pousr]_\w{20,255}`,
    String.raw`github_pat_\w{20,255}`,
    String.raw`gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[\w.-]{20,255}`,
    String.raw`npm_[A-Za-z0-9]{30,255}`,
    String.raw`pypi-AgE[\w-]{40,255}`,
    String.raw`dckr_[a-z]{3}_[\w-]{20,255}`,
    String.raw`hv[sbr]\.[\w-]{24,255}`,
    String.raw`xox[a-z]-[\w-]{20,255}`,
    String.raw`do[a-z]_v1_[0-9a-f]{64}`,
    String.raw`eyJ[\w-]{10,400}\.eyJ[\w-]{10,4096}\.[\w-]{10,4096}`,
  ].join("|")})`,
  "g",
);
// A text in quotes is one word, whatever is in it. To honour escapes would take quadratic time.
const LONG = 16_384;
const WORD = /"(?:[^"\\]|\\.)*"|[^\s"]+/g;
const SIMPLE_WORD = /"[^"]*"|[^\s"]+/g;

function redactWord(word: string): string {
  // A sentence in quotes is several words, but a URL in quotes may hold a password with blanks.
  if (word.startsWith('"') && !/^"(?:[a-z][a-z0-9+.-]{0,30}:|[\\/]{2})\S/i.test(word))
    return word.replace(/[^\s"]+/g, redactPlain);
  return redactPlain(word);
}

const redactPlain = (word: string): string => withoutUser(word).replace(PARAMETER, redactValue);

/** `https://…`, `https:\\…`, `https:…`, `//…`, and `user:password@…`, whose user looks like a scheme. */
const START = /[a-z0-9][a-z0-9+._~-]{0,60}:[\\/]*|[\\/]{2,}/gi;
// This is certainly a host, so what follows is a path, and may be foo@2x.png.
const HOST = /(?:[a-z0-9-]{1,63}\.){1,9}[a-z0-9-]{1,63}(?=[/?#])/iy;
// name@sha256:…
const DIGEST = /@[a-z0-9+._-]{1,20}:[0-9a-f]{32}/y;

function withoutUser(word: string): string {
  const end = [...word.matchAll(/@|%40/g)]
    .map(({ index }) => index)
    .findLast((at) => !isAt(DIGEST, at, word));
  if (end === undefined) return word;
  for (let from = 0; ;) {
    START.lastIndex = from;
    const start = START.exec(word);
    if (start === null) return word;
    from = start.index + start[0].length;
    if (from >= end) return word;
    if (!/[\\/]{2}$/.test(start[0]) || !isAt(HOST, from, word))
      return `${word.slice(0, from)}${HIDDEN}${word.slice(end)}`;
    from = HOST.lastIndex;
  }
}

function isAt(pattern: RegExp, at: number, text: string): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

const PARAMETER = /([?&;#]|^)([\w.~%-]{1,80})=([^&;#\s"']+)/g;

const redactValue = (whole: string, before: string, name: string): string =>
  isSecretName(name) ? `${before}${name}=${HIDDEN}` : whole;

/** Names of parameters whose values are credentials: those of GitLab, Gitea, AWS, Google and Azure, and common ones. */
export const isSecretName = (name: string): boolean =>
  /token|secret|passw|passphrase|pwd|signature|credential|private|session|api[._-]?key|access[._-]?key|accessid/i.test(
    name,
  ) ||
  /(?:^|[._-])(?:auth|authorization|oauth|sig|jwt|sas|key)$/i.test(name) ||
  /^x-(?:amz|goog)-/i.test(name);

function redactHeader(whole: string, scheme: string, gap: string, value: string): string {
  const isIt =
    scheme.toLowerCase() === "basic"
      ? /^[^\ufffd]*:[^\ufffd]*$/.test(Buffer.from(value, "base64").toString("utf8"))
      : value.length >= 20 || /\d/.test(value);
  return isIt ? `${scheme}${gap}${HIDDEN}` : whole;
}
