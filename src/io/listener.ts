/** A long job that is under way. */
export interface JobProgress {
  /**
   * @param done of the total
   * @param detail in words, e.g. what was just done
   * @param seconds remaining time, where it is known better than by the share that is done
   */
  update(done: number, detail?: string, seconds?: number): void;
  /** Says something that stays. */
  line(text: string): void;
  stop(): void;
}

/** Is told what a long computation does; whoever starts it shows or keeps that. */
export interface Listener {
  /** What the user should know. */
  notice(text: string): void;
  /** A job of `total` steps begins. */
  begin(title: string, total: number): JobProgress;
}

/** Hears nothing. */
export const silent: Listener = {
  notice: () => {},
  begin: () => ({ update: () => {}, line: () => {}, stop: () => {} }),
};
