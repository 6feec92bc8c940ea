/** What the other scripts build the page of. Text goes in as text: names in an image may be anything. */

type ImageReport = import("../report.ts").Report;
type PlatformReport = import("../report.ts").PlatformReport;
type PartReport = import("../report.ts").PartReport;

type Child = Node | string;

/** Attributes by name; `class` among them. */
function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

function button(
  attributes: Readonly<Record<string, string>>,
  onClick: () => void,
  ...children: readonly Child[]
): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, ...children);
  made.addEventListener("click", onClick);
  return made;
}

/** An element that index.html has. */
function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no #${id}`);
  return found;
}

/** `12.3 MB`: decimal, as registries count. */
function formatBytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1000).toFixed(1)} kB`;
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(1)} MB`;
  return `${(count / 1_000_000_000).toFixed(2)} GB`;
}

const signed = (bytes: number): string => `${bytes < 0 ? "−" : "+"}${formatBytes(Math.abs(bytes))}`;

const percent = (part: number, whole: number): string =>
  whole === 0 ? "0 %" : `${((100 * part) / whole).toFixed(1)} %`;

const count = (many: number, one: string): string => `${many} ${one}${many === 1 ? "" : "s"}`;

/** `/nix/store/<hash>-curl-8.9.1` → `curl-8.9.1` */
const nameOfPath = (path: string): string => path.slice("/nix/store/".length + 33);
