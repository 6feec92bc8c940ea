/** Why a store path is in the image: the shortest way to it, and what else needs it. */

/** From the package's own path to `path`. */
function wayTo(platform: PlatformReport, path: string): string[] {
  const way: string[] = [];
  for (let at: string | undefined = path; at !== undefined; at = platform.paths[at]?.via) {
    if (way.includes(at)) break;
    way.unshift(at);
  }
  return way;
}

/** The packages that need a path, by what refers to what. */
function packagesNeeding(platform: PlatformReport, path: string): string[] {
  const referrers = new Map<string, string[]>();
  for (const [from, { references }] of Object.entries(platform.paths))
    for (const to of references) referrers.set(to, [...(referrers.get(to) ?? []), from]);
  const needing = new Set([path]);
  for (const each of needing) for (const from of referrers.get(each) ?? []) needing.add(from);
  return platform.packages
    .filter(({ storePaths }) => storePaths.some((each) => needing.has(each)))
    .map(({ name, version }) => (version === "" ? name : `${name} ${version}`));
}

function drawReason(
  into: HTMLElement,
  platform: PlatformReport,
  path: string,
  show: (path: string) => void,
): void {
  const found = platform.paths[path];
  if (found === undefined) return;
  const needing = packagesNeeding(platform, path);
  const referrers = Object.entries(platform.paths)
    .filter(([from, { references }]) => from !== path && references.includes(path))
    .map(([from]) => from);
  const link = (each: string): HTMLElement =>
    each === path
      ? element("strong", { title: each }, nameOfPath(each))
      : button({ class: "path", title: each }, () => show(each), nameOfPath(each));
  const way = wayTo(platform, path).map((each) => element("li", {}, link(each)));
  into.replaceChildren(
    element("h3", {}, "Why is ", element("code", {}, nameOfPath(path)), " here?"),
    element("p", { class: "full" }, element("code", {}, path)),
    element(
      "p",
      {},
      `${formatBytes(found.unpackedSize)} unpacked, in layer ${found.layer}. The shortest way to it from `,
      element("b", {}, found.root),
      ":",
    ),
    element("ol", { class: "way" }, ...way),
    element(
      "p",
      {},
      needing.length === 0
        ? "No package of the profile needs it."
        : `${count(needing.length, "package")} of the profile ${needing.length === 1 ? "needs" : "need"} it: ${needing.join(", ")}.`,
    ),
    pathList("Refers to it", referrers, link),
    pathList(
      "It refers to",
      found.references.filter((each) => each !== path && platform.paths[each] !== undefined),
      link,
    ),
  );
}

function pathList(
  title: string,
  paths: readonly string[],
  link: (path: string) => HTMLElement,
): HTMLElement {
  const items = paths.map((path) => element("li", {}, link(path)));
  return element(
    "details",
    { ...(paths.length > 0 && paths.length <= 12 && { open: "" }) },
    element("summary", {}, `${title}: ${count(paths.length, "path")}`),
    element("ul", {}, ...items),
  );
}

const OTHERS: Readonly<Record<string, string>> = {
  files: "What the argument files adds to the image.",
  "base system": "Files outside the store that the image is made with, such as /etc and /root.",
  "store database": "What Nix knows of each store path in the image, in /nix/var/nix.",
  "config and manifest": "The documents that say how to run the image, and which layers it has.",
};

function drawOther(into: HTMLElement, { name, kind, bytes, title }: MapNode): void {
  const what = Object.hasOwn(OTHERS, name) ? OTHERS[name] : undefined;
  into.replaceChildren(
    element("h3", {}, name),
    ...(kind === "file"
      ? [element("p", { class: "full" }, element("code", {}, title), `, ${formatBytes(bytes)}`)]
      : [element("p", {}, what ?? "Files outside the Nix store.")]),
  );
}
