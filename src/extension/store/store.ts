import type { ExplainState } from './state';

/** The one state of the extension: immutable snapshots, and who is told of a new one. */
export class Store {
  private readonly listeners = new Set<() => void>();

  constructor(private current: ExplainState) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** An immutable snapshot; the same object until something changes. */
  readonly getState = (): ExplainState => this.current;

  update(change: Partial<ExplainState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of [...this.listeners]) {
      try {
        listener();
      } catch (error) {
        console.error('ohif-extension-explain: a view failed', error);
      }
    }
  }
}
