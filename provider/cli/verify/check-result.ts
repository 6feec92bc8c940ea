/** What one of the checks of `lix-image verify` found. */
export interface CheckResult {
  readonly passed: boolean;
  /** Its properties in the output of `--json`. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}
