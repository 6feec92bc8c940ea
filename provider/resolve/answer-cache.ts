/**
 * Answers that never change, kept on this machine, so that the next lock need not ask again. Whoever
 * reads one checks its shape, as if it came from the server.
 */
export interface AnswerCache {
  /** Undefined when it is not there, or cannot be read. */
  read(key: string): Promise<unknown>;
  write(key: string, answer: unknown): Promise<void>;
}

/** Forgets with the process. */
export function answersInMemory(): AnswerCache {
  const answers = new Map<string, unknown>();
  return {
    read: async (key) => answers.get(key),
    write: async (key, answer) => void answers.set(key, answer),
  };
}
