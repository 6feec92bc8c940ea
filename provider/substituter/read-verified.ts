import type { Bytes } from "../base/bytes.ts";

/**
 * What `read` makes of a verified NAR. Damaged bytes make a parser stumble before the hash at the
 * end can tell, and the parser's complaint would hide that another cache may help. So when `read`
 * throws, the rest of the NAR is read too: if it was not the promised one, that is the failure.
 */
export async function* readVerified<T>(
  nar: AsyncGenerator<Uint8Array>,
  read: (nar: Bytes) => AsyncIterable<T>,
): AsyncGenerator<T> {
  try {
    yield* read(keptOpen(nar));
  } catch (error) {
    for await (const _ of nar) continue;
    throw error;
  } finally {
    await nar.return(undefined);
  }
}

/** Without `return`, a `for await` that ends early leaves the source where it is. */
const keptOpen = (nar: AsyncGenerator<Uint8Array>): Bytes => ({
  [Symbol.asyncIterator]: () => ({ next: () => nar.next() }),
});
