/** Somebody else who does jobs: a worker that was started for it. */
export type Helper<Job, Result> = (job: Job) => Promise<Result>;

/** The results in the order of the jobs, and what became of the helpers. */
export interface SharedResults<Result> {
  results: Result[];
  /** Jobs that helpers did. */
  helped: number;
  /** Why each helper that failed did so. Its jobs were done by the others. */
  failures: unknown[];
}

/**
 * Does jobs here and, beside it, on helpers, each taking the next one as it is free. Nobody waits for a helper that is still
 * starting; one that fails gives its jobs back and gets no more. So the result does not depend on who did what, and the work is
 * done here alone where no helper is of use.
 *
 * @param here does one job in this thread; what it throws ends the whole
 * @param helpers each as soon as it is ready; its failure is that of one helper
 * @param meanwhile something else for this thread, done once when no job is left to it while helpers still have some; what it throws
 *   ends the whole
 */
export async function shareWithHelpers<Job, Result>(
  jobs: readonly Job[],
  here: (job: Job) => Promise<Result>,
  helpers: readonly Promise<Helper<Job, Result>>[],
  meanwhile?: () => Promise<unknown>,
): Promise<SharedResults<Result>> {
  const results = Array.from<Result>({ length: jobs.length });
  const waiting = jobs.map((_, index) => index);
  const failures: unknown[] = [];
  let helped = 0;
  let over = false;
  /** Of the jobs that helpers have. */
  const away = new Set<Promise<void>>();
  let other = meanwhile;

  const serveHelper = async (starting: Promise<Helper<Job, Result>>): Promise<void> => {
    let failed = false;
    const fail = (error: unknown): undefined => {
      if (!failed && !over) failures.push(error);
      failed = true;
    };
    const help = await starting.catch(fail);
    if (!help) return;
    /** Jobs that it has. */
    let own = 0;
    // One job ahead, so that it need not wait until this thread has time to hand out the next; but none of the last ones, which
    // whoever is free first begins sooner.
    const mayTake = (): boolean => waiting.length > (own === 0 ? 0 : helpers.length);
    const lane = async (): Promise<void> => {
      while (!failed && !over && mayTake()) {
        const index = waiting.shift()!;
        own += 1;
        const sent = help(jobs[index]).then(
          result => {
            results[index] = result;
            helped += 1;
          },
          (error: unknown) => {
            waiting.unshift(index);
            fail(error);
          },
        );
        away.add(sent);
        await sent;
        own -= 1;
        away.delete(sent);
      }
    };
    const first = lane();
    // Every other helper has its first job before.
    await Promise.resolve();
    await Promise.all([first, lane()]);
  };
  for (const helper of helpers) void serveHelper(helper);

  try {
    for (;;) {
      await messagesHeard();
      const index = waiting.shift();
      if (index !== undefined) results[index] = await here(jobs[index]);
      else if (away.size === 0) break;
      else if (other) {
        const work = other;
        other = undefined;
        await work();
      } else await Promise.race(away);
    }
    return { results, helped, failures: [...failures] };
  } finally {
    over = true;
  }
}

/** Lets the event loop turn: work on the wasm backend never does, and answers of helpers come as events. */
function messagesHeard(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve));
}
