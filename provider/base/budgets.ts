/**
 * How much we accept of input that others wrote, in one table. Each bound is several times the largest
 * real value that we know, and small enough for a heap of 512 MB. Input whose size is promised and checked
 * (a NAR by its narSize, a blob by its descriptor) needs no line here.
 * @module
 */
import type { Bytes } from "./bytes.ts";
import { LixImageError } from "./errors.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

export interface Budget {
  readonly most: number;
  /** What is counted. */
  readonly of: string;
  /** Why no real input has more. */
  readonly because: string;
}

export const BUDGETS = {
  tarEntries: {
    most: 1_000_000,
    of: "entries",
    because: "nixpkgs has 100,000 files and folders, the largest layers in use some 300,000",
  },
  tarHeaderBytes: {
    most: 64 * MiB,
    of: "bytes of extended headers",
    because: "an entry has at most some hundred, and most have none",
  },
  tarHeadersInARow: {
    most: 16,
    of: "extended headers for one entry",
    because: "an entry has a long name, a long target, and records of its own: three",
  },
  archiveFiles: {
    most: 100_000,
    of: "files in an archive of images",
    because: "each layer and config is one file, and an image has some hundred",
  },
  unpackedNodes: {
    most: 500_000,
    of: "files and folders, those that are only named on the way to others included",
    because: "nixpkgs has 100,000",
  },
  unpackedBytes: {
    most: 8 * GiB,
    of: "bytes, a file with several names counted for each",
    because: "a source of nixpkgs has 0.4 GB, and Hydra takes no package of more than 4 GiB",
  },
  /** Or 200 times the compressed size, if that is more. */
  expandedBytes: {
    most: 512 * MiB,
    of: "bytes after decompression (512 MiB, or 200 times the compressed size if that is more)",
    because: "programs and texts shrink to a third or a twentieth, not to a hundredth",
  },
  documentBytes: {
    most: 4 * MiB,
    of: "bytes",
    because: "registries take no manifest above 4 MiB, and configs are smaller",
  },
  attachmentBytes: {
    most: 64 * MiB,
    of: "bytes of a document or signature that is attached to an image",
    because: "a signed bill of materials of 2,000 store paths has some 10 MB",
  },
  imageDocumentBytes: {
    most: 32 * MiB,
    of: "bytes of manifests and configs in one image",
    because: "an image of twenty platforms has half a megabyte",
  },
  manifestsPerIndex: {
    most: 1_000,
    of: "manifests in one index",
    because: "there are some twenty platforms, each with an attestation",
  },
  layersPerManifest: {
    most: 2_000,
    of: "layers in one manifest",
    because: "container runtimes mount no more than 500",
  },
  layoutIndexBytes: {
    most: 16 * MiB,
    of: "bytes of index.json",
    because: "that is a layout with 50,000 tags",
  },
  jsonDepth: {
    most: 100,
    of: "levels of JSON",
    because: "manifests and configs have six",
  },
  narEntries: {
    most: 1_000_000,
    of: "files, links and folders in one store path",
    because: "nixpkgs has 100,000, a full TeX Live 300,000",
  },
  lockBytes: {
    most: 64 * MiB,
    of: "bytes of a lock",
    because: "10,000 store paths for four systems take 30 MB",
  },
  argumentBytes: {
    most: 4 * MiB,
    of: "bytes of arguments",
    because: "arguments are some lines long",
  },
} as const satisfies Readonly<Record<string, Budget>>;

export type BudgetName = keyof typeof BUDGETS;

/** Throws {@link BudgetExceeded} if `amount` is over the budget. `what` names the input in messages. */
export function requireWithin(name: BudgetName, amount: number, what: string): void {
  if (amount > BUDGETS[name].most) throw new BudgetExceeded(name, what);
}

/** Reads the whole stream into memory. Throws {@link BudgetExceeded} as soon as it is over the budget. */
export async function collectWithin(
  name: BudgetName,
  source: Bytes,
  what: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    requireWithin(name, size, what);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** How many bytes a compressed file of this size may decompress to. */
export const expansionLimit = (compressedBytes: number): number =>
  Math.max(BUDGETS.expandedBytes.most, 200 * compressedBytes);

export class BudgetExceeded extends LixImageError {
  readonly code = "BUDGET_EXCEEDED";
  readonly budget: BudgetName;
  constructor(name: BudgetName, what: string, most: number = BUDGETS[name].most) {
    const { of, because } = BUDGETS[name];
    super(`${what}: expected at most ${most.toLocaleString("en-US")} ${of}; got more`, {
      hint: `${because}, so this is damaged or made to exhaust this machine (budget ${name}); if it is neither, please report it`,
    });
    this.budget = name;
  }
}
