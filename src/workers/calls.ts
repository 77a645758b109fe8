/**
 * What a worker does: by name, what it is asked, what it answers, and what it reports meanwhile. All of it crosses the boundary
 * by structured clone; what {@link transfer} marks is moved.
 */
interface Call {
  request: unknown;
  reply: unknown;
  report?: unknown;
}

export type Calls<C> = { [Name in keyof C]: Call };

type ReportOf<T> = T extends { report: infer R } ? R : never;

/** The worker's side: one handler a call. */
export type Handlers<C extends Calls<C>> = {
  [Name in keyof C]: (
    request: C[Name]['request'],
    report: (value: ReportOf<C[Name]>) => void,
  ) => C[Name]['reply'] | Promise<C[Name]['reply']>;
};

export interface CallOptions<T extends Call> {
  /** How long the worker may say nothing, milliseconds; asked anew after each report. Default: for ever. */
  patienceMs?: number | (() => number);
  onReport?: (value: ReportOf<T>) => void;
}
