/**
 * The map of bytes: layers, the store paths in them, and the files in those. A cell is a button: a click goes into
 * it, and a click on a store path shows why it is there. d3-hierarchy computes the rectangles; see docs/decisions/0011-report-page.md.
 */

type Measure = "size" | "unpackedSize";

/** One rectangle: a layer, a store path, a file, or what else has bytes. */
interface MapNode {
  readonly name: string;
  readonly kind: "layer" | "part" | "file" | "documents";
  readonly bytes: number;
  readonly children?: readonly MapNode[] | undefined;
  /** In a comparison. */
  readonly isNew?: boolean | undefined;
  readonly title: string;
  /** Among its neighbours, in the report's order. */
  readonly index: number;
  readonly storePath?: string | undefined;
  /** Whether it is, holds or is in a store path. */
  readonly isStore: boolean;
}

/** Where in the map we are: the indices of a layer, of a store path in it, of a directory in that … */
type Trail = readonly number[];

/** The whole image, and what is on the trail, one in the other. */
function nodesOn(platform: PlatformReport, measure: Measure, trail: Trail): MapNode[] {
  const nodes = [imageNode(platform, measure)];
  for (const index of trail) {
    const next = nodes.at(-1)?.children?.[index];
    if (next !== undefined) nodes.push(next);
  }
  return nodes;
}

function imageNode(platform: PlatformReport, measure: Measure): MapNode {
  const layers = platform.layers.map((each, index): MapNode => {
    const [largest] = each.parts.toSorted((a, b) => b[measure] - a[measure]);
    const others = each.parts.length - 1;
    return {
      name: `${largest?.name ?? ""}${others > 0 ? ` and ${others} more` : ""}`,
      kind: "layer",
      bytes: each[measure],
      index,
      isNew: each.isNew,
      isStore: each.parts.some(({ storePath }) => storePath !== undefined),
      title: `layer ${index}, ${each.digest}`,
      children: each.parts.map((part, at) => ({
        name: part.name,
        kind: "part",
        bytes: part[measure],
        index: at,
        isNew: each.isNew,
        isStore: part.storePath !== undefined,
        storePath: part.storePath,
        title: part.storePath ?? part.name,
        children: part.inside && fileNodes(part.inside, measure, part, each.isNew),
      })),
    };
  });
  const { documentSize, changes } = platform;
  const documents: MapNode = {
    name: "config and manifest",
    kind: "documents",
    bytes: documentSize,
    index: layers.length,
    isNew: changes && changes.newSize > 0,
    isStore: false,
    title: "the image's config and manifest",
  };
  const children = measure === "size" ? [...layers, documents] : layers;
  const bytes = children.reduce((sum, each) => sum + each.bytes, 0);
  return { ...documents, name: "image", bytes, children, title: "the image" };
}

type FileReport = import("../file-sizes.ts").FileReport;

function fileNodes(
  files: readonly FileReport[],
  measure: Measure,
  { storePath, name }: PartReport,
  isNew: boolean | undefined,
): MapNode[] {
  const nodesIn = (inside: readonly FileReport[], folder: string): MapNode[] =>
    inside.map((each, index) => ({
      name: each.inside === undefined ? each.name : `${each.name}/`,
      kind: "file",
      bytes: each[measure],
      index,
      isNew,
      isStore: storePath !== undefined,
      title: `${folder}/${each.name}`,
      children: each.inside && nodesIn(each.inside, `${folder}/${each.name}`),
    }));
  return nodesIn(files, storePath ?? name);
}

interface MapActions {
  /** @param index of a cell that has others in it. */
  readonly goInto: (index: number) => void;
  readonly showPath: (storePath: string) => void;
  /** Everything with bytes that is not a store path. */
  readonly showOther: (node: MapNode) => void;
}

/** Its own script stands before these. */
declare const d3: typeof import("d3-hierarchy");

type Rectangle = import("d3-hierarchy").HierarchyRectangularNode<MapNode>;

/** Draws `root` into `into`, as large as that is. */
function drawMap(into: HTMLElement, root: MapNode, actions: MapActions): void {
  const { clientWidth: width, clientHeight: height } = into;
  const tree = d3
    .hierarchy(root, (node) => node.children)
    .sum((node) => (node.children === undefined ? node.bytes : 0))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const hasTitle = (node: Rectangle): boolean =>
    node.depth === 1 && (node.children?.length ?? 0) > 1;
  const laid = d3
    .treemap<MapNode>()
    .size([width, height])
    .paddingInner(2)
    .paddingTop((node) => (hasTitle(node) ? 18 : 0))(tree);
  const cells = (laid.children ?? [])
    .filter((node) => (node.value ?? 0) > 0)
    .map((node) => cell(node, root, actions));
  into.replaceChildren(...cells);
  for (const [index, each] of cells.entries()) each.tabIndex = index === 0 ? 0 : -1;
}

function cell(node: Rectangle, root: MapNode, actions: MapActions): HTMLButtonElement {
  const { data } = node;
  const size = formatBytes(data.bytes);
  const label = `${data.name}, ${size}, ${percent(data.bytes, root.bytes)}`;
  const made = button(
    {
      class: `cell ${classOf(data)}`,
      "aria-label": data.isNew === true ? `${label}, changed` : label,
      title: `${data.name}\n${size}, ${percent(data.bytes, root.bytes)}\n${data.title}`,
      "data-bytes": String(data.bytes),
      "data-index": String(data.index),
    },
    () => activate(data, actions),
  );
  place(made, node, { x0: 0, y0: 0 });
  if (isRoomy(node)) made.append(labelOf(data.name, size));
  const inner = (node.children?.length ?? 0) > 1 ? (node.children ?? []) : [];
  for (const part of inner) {
    const box = element("span", { class: "inner" });
    place(box, part, node);
    if (isRoomy(part)) box.append(labelOf(part.data.name, formatBytes(part.data.bytes)));
    made.append(box);
  }
  return made;
}

function activate(node: MapNode, { goInto, showPath, showOther }: MapActions): void {
  const { kind, index, storePath, children } = node;
  if (children !== undefined) goInto(index);
  if (storePath !== undefined) showPath(storePath);
  else if (kind !== "layer") showOther(node);
}

function classOf({ isNew, isStore }: MapNode): string {
  if (isNew !== undefined) return isNew ? "new" : "kept";
  return isStore ? "packages" : "other";
}

const labelOf = (name: string, size: string): HTMLElement =>
  element("span", { class: "label" }, element("b", {}, name), ` ${size}`);

const isRoomy = ({ x0, x1, y0, y1 }: Rectangle): boolean => x1 - x0 > 34 && y1 - y0 > 17;

function place(
  box: HTMLElement,
  { x0, x1, y0, y1 }: Rectangle,
  within: { readonly x0: number; readonly y0: number },
): void {
  box.style.left = `${x0 - within.x0}px`;
  box.style.top = `${y0 - within.y0}px`;
  box.style.width = `${Math.max(0, x1 - x0)}px`;
  box.style.height = `${Math.max(0, y1 - y0)}px`;
}

/** Arrow keys go to the next cell that way, Escape and Backspace out of a layer. */
function onMapKey(event: KeyboardEvent, map: HTMLElement, goOut: () => void): void {
  const cells = [...map.querySelectorAll<HTMLElement>(".cell")];
  const current = cells.find((each) => each === document.activeElement);
  if (event.key === "Escape" || event.key === "Backspace") goOut();
  else if (event.key === "Home") focusCell(cells, cells[0]);
  else if (event.key === "End") focusCell(cells, cells.at(-1));
  else if (event.key.startsWith("Arrow") && current !== undefined)
    focusCell(cells, neighbour(cells, current, event.key));
  else return;
  event.preventDefault();
}

/** Tab stops at only one of the cells. */
function focusCell(cells: readonly HTMLElement[], wanted: HTMLElement | undefined): void {
  if (wanted === undefined) return;
  for (const each of cells) each.tabIndex = -1;
  wanted.tabIndex = 0;
  wanted.focus();
}

function neighbour(
  cells: readonly HTMLElement[],
  from: HTMLElement,
  key: string,
): HTMLElement | undefined {
  const middle = (each: HTMLElement): readonly [x: number, y: number] => {
    const { left, top, width, height } = each.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  };
  const [x, y] = middle(from);
  const distances = cells.flatMap((each) => {
    const [toX, toY] = middle(each);
    const [right, down] = [toX - x, toY - y];
    const ahead =
      { ArrowRight: right, ArrowLeft: -right, ArrowDown: down, ArrowUp: -down }[key] ?? 0;
    const aside = Math.abs(key === "ArrowUp" || key === "ArrowDown" ? right : down);
    return ahead > 1 ? [{ each, distance: ahead + 2 * aside }] : [];
  });
  return distances.sort((a, b) => a.distance - b.distance)[0]?.each;
}
