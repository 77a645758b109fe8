/** First answer of a worker: its script has been loaded. */
export interface Hello {
  /** Web Lock that it holds as long as it lives. */
  lock?: string;
}

/** What a worker offers: `hello`, and its calls, each with a number that its reports carry. */
export interface Offered {
  [name: string]: (id: number, request: unknown) => Promise<unknown>;
}

/** What who started a worker listens to. */
export interface Listening {
  report(id: number, value: unknown): void;
}

/** An answer, as birpc sends it. */
export function isAnswer(message: { t?: string }): message is { t: 's'; e?: unknown; r?: unknown } {
  return message.t === 's';
}
