/** Tables that are sorted by a click on a heading and narrowed by a text. */

interface Column<Row> {
  readonly title: string;
  /** What it is sorted by. */
  readonly key: (row: Row) => string | number;
  /** The key is a number of bytes. */
  readonly isBytes?: boolean;
  /** Default: the key. */
  readonly cell?: (row: Row) => Child;
}

/** More rows than this wait for a click. */
const ROWS_SHOWN = 200;

/** @param sorted by which column at first; its largest numbers come first. */
function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  sorted: number,
): HTMLElement {
  let by = sorted;
  let down = true;
  let all = false;
  const filter = element("input", {
    type: "search",
    placeholder: "Filter",
    "aria-label": `Filter: ${caption}`,
    spellcheck: "false",
  });
  const body = element("tbody");
  const more = button({ class: "more" }, () => {
    all = true;
    draw();
  });
  const headings = columns.map(({ title }, index) => {
    const sort = button({}, () => {
      down = by === index ? !down : isNumber(index);
      by = index;
      draw();
    });
    sort.append(title);
    return element("th", { scope: "col" }, sort);
  });
  const isNumber = (index: number): boolean => {
    const [first] = rows;
    return first !== undefined && typeof columns[index]?.key(first) === "number";
  };
  const draw = (): void => {
    const wanted = filter.value.toLowerCase();
    const found = rows
      .filter((row) => columns.some(({ key }) => String(key(row)).toLowerCase().includes(wanted)))
      .sort(
        (a, b) => (down ? -1 : 1) * compare(columns[by]?.key(a) ?? 0, columns[by]?.key(b) ?? 0),
      );
    const shown = all ? found : found.slice(0, ROWS_SHOWN);
    body.replaceChildren(...shown.map((row) => element("tr", {}, ...columns.map(cellOf(row)))));
    more.hidden = shown.length === found.length;
    more.textContent = `Show all ${found.length}`;
    for (const [index, heading] of headings.entries())
      heading.setAttribute(
        "aria-sort",
        index === by ? (down ? "descending" : "ascending") : "none",
      );
  };
  const cellOf =
    (row: Row) =>
    ({ key, cell, isBytes }: Column<Row>, index: number): HTMLElement => {
      const value = key(row);
      const content =
        cell?.(row) ?? (isBytes === true ? formatBytes(Number(value)) : String(value));
      const isHeading = index === 0;
      return element(
        isHeading ? "th" : "td",
        {
          ...(isHeading && { scope: "row" }),
          ...(typeof value === "number" && { class: "number" }),
        },
        content,
      );
    };
  filter.addEventListener("input", draw);
  draw();
  const head = element("thead", {}, element("tr", {}, ...headings));
  const made = element("table", {}, element("caption", {}, caption), head, body);
  return element(
    "div",
    { class: "table" },
    filter,
    element("div", { class: "scroll" }, made),
    more,
  );
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
