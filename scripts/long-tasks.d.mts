import type { Browser, Page } from '@playwright/test';

/** An event of Chromium's trace format. */
export interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  ts: number;
  dur?: number;
  id?: string;
  args: Record<string, unknown>;
}

/** A task of a page's thread, milliseconds. */
export interface LongTask {
  duration: number;
  shares: Record<string, number>;
  names: [name: string, time: number][];
}

export function traced(browser: Browser, page: Page, work: () => Promise<unknown>): Promise<TraceEvent[]>;

export function longTasks(
  events: TraceEvent[],
  options: { limit: number; ownerOf: (url: string) => string },
): LongTask[];
