/**
 * What the engine asks of a provider, one method for each of the protocol's.
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
 * @module
 */
import type { Difference } from "./steps.ts";
import type { Properties } from "./wire.ts";

export interface Provider {
  /** `olds` are the old *inputs*, as check itself left them. */
  check(request: CheckRequest): Promise<Checked>;
  diff(existing: Existing, newInputs: Properties): Promise<Difference>;
  create(urn: string, inputs: Properties, options?: CreateOptions): Promise<Created>;
  /** Undefined: the provider answered with an empty id, so the resource is gone. */
  read(existing: Existing): Promise<ReadBack | undefined>;
  update(existing: Existing, newInputs: Properties, options?: CreateOptions): Promise<Properties>;
  delete(existing: Existing): Promise<void>;
}

export interface CheckRequest {
  readonly urn: string;
  readonly olds: Properties;
  readonly news: Properties;
  readonly preview: boolean;
}

export interface CreateOptions {
  /** Only what would come of it is wanted. Default: false. */
  readonly preview?: boolean;
  /** `customTimeouts`, in seconds. Default: none. */
  readonly timeout?: number;
}

export interface Checked {
  readonly inputs: Properties;
  readonly failures: readonly { readonly property: string; readonly reason: string }[];
}

export interface Existing {
  readonly urn: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

export interface Created {
  readonly id: string;
  readonly outputs: Properties;
}

export interface ReadBack extends Created {
  /** Left out by a provider whose read returns no inputs: the old ones stay. */
  readonly inputs?: Properties | undefined;
}

/** The resource exists but is not well: it is recorded with the reasons, and the operation fails. */
export class PartialFailure extends Error {
  readonly id: string;
  readonly outputs: Properties;
  readonly reasons: readonly string[];
  constructor(created: Created, reasons: readonly string[]) {
    // The CLI shows the reasons and not the message (measured on engine 3.259).
    super(reasons.join("\n"));
    this.id = created.id;
    this.outputs = created.outputs;
    this.reasons = reasons;
  }
}
