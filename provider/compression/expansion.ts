import { BudgetExceeded, expansionLimit } from "../base/budgets.ts";
import type { Bytes } from "../base/bytes.ts";

/** Decodes a stream of unknown size, up to the largest size that real contents have. `what` names it. */
export async function* boundedExpansion(
  source: Bytes,
  what: string,
  decode: (source: Bytes) => Bytes,
): AsyncGenerator<Uint8Array> {
  let taken = 0;
  let given = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      taken += chunk.length;
      yield chunk;
    }
  };
  for await (const chunk of decode(counted())) {
    given += chunk.length;
    const most = expansionLimit(taken);
    if (given > most) throw new BudgetExceeded("expandedBytes", what, most);
    yield chunk;
  }
}
