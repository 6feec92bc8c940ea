/**
 * Answers that never change, kept on this machine so that the next lock need not ask again. The reader of an
 * answer checks its shape as if it came from the server.
 */
export interface AnswerCache {
  /** Undefined when there is none, or it cannot be read. */
  read(key: string): Promise<unknown>;
  write(key: string, answer: unknown): Promise<void>;
}

/** Lasts as long as the process. */
export function answersInMemory(): AnswerCache {
  const answers = new Map<string, unknown>();
  return {
    read: async (key) => answers.get(key),
    write: async (key, answer) => void answers.set(key, answer),
  };
}
