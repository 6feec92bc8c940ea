/**
 * Credentials in use. The code that finds or sends one registers it here. They are hidden in everything that
 * is shown, because servers repeat what they were sent.
 * @module
 */

/** Shown in place of a credential. */
export const HIDDEN = "***";

/** Spellings, longest first once {@link sorted}: the parts of one may be others. */
let spellings: string[] = [];
const known = new Set<string>();
let sorted = true;

// Shorter ones are hidden only if they stand alone: "abcd" is also part of many digests.
const ANYWHERE = 8;
// Even shorter ones would hide half of any text, so only their composed forms are hidden.
const SHORTEST = 4;

const KEY = 12;

export const Secrets = {
  /** Registers a secret in every spelling: as text, in base64, in a URL, in a form, in JSON. */
  remember(...secrets: readonly (string | undefined)[]): void {
    for (const secret of secrets) {
      const text = secret?.trim() ?? "";
      if (text === "" || known.has(text)) continue;
      known.add(text);
      add(text, encodeURIComponent(text), new URLSearchParams({ a: text }).toString().slice(2));
      // In JSON, and in JSON inside a string of JSON.
      add(inJson(text), inJson(inJson(text)));
      const base64 = Buffer.from(text).toString("base64").replace(/=+$/, "");
      add(base64, base64.replaceAll("+", "-").replaceAll("/", "_"), encodeURIComponent(base64));
    }
  },

  /** Registers the headers of a request that hold credentials. */
  rememberHeader(name: string, value: string): void {
    // Docker's X-Meta-… headers may hold anything: a key, or the name of a team.
    const isKey = /^x-meta-/i.test(name) && value.length >= KEY;
    if (!isKey && !HEADERS.has(name.toLowerCase())) return;
    const [, scheme = "", rest = value] = /^([\w-]+) +(.*)$/.exec(value) ?? [];
    // A signature is no secret key, and is valid for one request only.
    if (/^aws4/i.test(scheme)) return;
    Secrets.remember(rest);
    if (!/^basic$/i.test(scheme)) return;
    const pair = Buffer.from(rest, "base64").toString("utf8");
    Secrets.remember(pair, pair.slice(pair.indexOf(":") + 1));
  },

  hide(text: string): string {
    if (!sorted) spellings = spellings.toSorted((a, b) => b.length - a.length);
    sorted = true;
    let shown = text;
    for (const spelling of spellings)
      if (shown.includes(spelling))
        shown =
          spelling.length >= ANYWHERE
            ? shown.replaceAll(spelling, HIDDEN)
            : hideAlone(shown, spelling);
    return shown;
  },
};

const HEADERS: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "x-amz-security-token",
  "x-amz-sso_bearer_token",
  "x-aws-ec2-metadata-token",
]);

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

function add(...forms: readonly string[]): void {
  for (const form of new Set(forms))
    if (form.length >= SHORTEST && !spellings.includes(form)) {
      spellings.push(form);
      sorted = false;
    }
}

function hideAlone(text: string, secret: string): string {
  const escaped = secret.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(`(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`, "g"), HIDDEN);
}
