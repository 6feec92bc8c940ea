import { requireWithin } from "./budgets.ts";

/** JSON.parse for texts from outside. Depth is bounded, because code that walks the result may recurse. */
export function parseJson(text: string, what: string): unknown {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (inString) {
      if (char === BACKSLASH) at += 1;
      else if (char === QUOTE) inString = false;
    } else if (char === QUOTE) inString = true;
    else if (char === OPEN_LIST || char === OPEN) requireWithin("jsonDepth", ++depth, what);
    else if (char === CLOSE_LIST || char === CLOSE) depth -= 1;
  }
  return JSON.parse(text);
}

/** Parses a short text from a server or a file. Returns undefined if it is not JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const QUOTE = 0x22;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;
