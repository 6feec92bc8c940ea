/**
 * Resources of package `test`, such as `test:index:Deployment`: their outputs are their inputs. They
 * stand for any resource that a program gives an image reference to.
 * @module
 */
import type { Provider } from "./provider.ts";
import { Urn } from "./urn.ts";

export const echoProvider: Provider = {
  check: ({ news }) => Promise.resolve({ inputs: news, failures: [] }),
  diff: () => Promise.resolve({ changes: "unknown", replaces: [], deleteBeforeReplace: false }),
  create: (urn, inputs, { preview = false } = {}) =>
    Promise.resolve({ id: preview ? "" : `${Urn.name(urn)}-id`, outputs: inputs }),
  read: ({ id, inputs, outputs }) => Promise.resolve({ id, inputs, outputs }),
  update: (_existing, newInputs) => Promise.resolve(newInputs),
  delete: () => Promise.resolve(),
};
