/** What diff answers, in a module of its own: an unchanged image needs no more of diff than this. @module */
export interface DiffResult {
  readonly changes: boolean;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}

export const NO_CHANGE: DiffResult = { changes: false, replaces: [], deleteBeforeReplace: false };
