// What keeps a page's thread busy, from Chromium's own trace and profiler: for benchmarks.

/** Of a trace: tasks, and what ran in them. */
const categories = [
  'toplevel',
  'devtools.timeline',
  'blink.user_timing',
  'disabled-by-default-v8.cpu_profiler',
];
/** The profiler's own start takes the thread, too. */
const settleMs = 2000;
const began = 'bench: profiler settled';

/**
 * Records a trace while something is done. The profiler makes all of it slower.
 *
 * @param {import('@playwright/test').Browser} browser Chromium
 * @param {import('@playwright/test').Page} page in which it is done
 * @returns events of the trace
 */
export async function traced(browser, page, work) {
  const session = await browser.newBrowserCDPSession();
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await session.send('Tracing.start', { traceConfig: { includedCategories: categories } });
  await page.waitForTimeout(settleMs);
  await page.evaluate(name => performance.mark(name), began);
  await work();
  const complete = new Promise(resolve => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  return events;
}

/**
 * Tasks of pages' threads above a length, and whose code ran in them: that of the script whose function was the innermost one of a
 * script, in samples of the profiler.
 *
 * @param {{ limit: number, ownerOf: (url: string) => string }} options limit in milliseconds; names the owner of a script
 * @returns longest first; times in milliseconds: `shares` by owner, `collector` for the memory's, `browser` where no script ran; `names` are
 *   the outermost functions with their times
 */
export function longTasks(events, { limit, ownerOf }) {
  const threads = new Set(
    events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(threadOf),
  );
  const from = events.find(({ name }) => name === began)?.ts ?? 0;
  const profiles = readProfiles(events);
  return events
    .filter(
      ({ name, ph, dur, ...event }) =>
        name === 'ThreadControllerImpl::RunTask' &&
        ph === 'X' &&
        event.ts >= from &&
        dur > limit * 1000 &&
        threads.has(threadOf(event)),
    )
    .map(event => {
      const samples = profiles.get(threadOf(event)) ?? [];
      return { duration: event.dur / 1000, ...sharesOf(samples, event, ownerOf) };
    })
    .sort((a, b) => b.duration - a.duration);
}

function threadOf({ pid, tid }) {
  return `${pid} ${tid}`;
}

/** Samples of each thread: until when, microseconds, and the functions from the innermost to the outermost. */
function readProfiles(events) {
  const profiles = new Map();
  for (const event of events.filter(({ name }) => name === 'Profile'))
    profiles.set(`${event.pid} ${event.id}`, {
      thread: threadOf(event),
      at: event.args.data.startTime,
      nodes: new Map(),
      samples: [],
    });
  const chunks = events.filter(({ name }) => name === 'ProfileChunk').toSorted((a, b) => a.ts - b.ts);
  for (const { pid, id, args } of chunks) {
    const profile = profiles.get(`${pid} ${id}`);
    const { cpuProfile, timeDeltas } = args.data;
    for (const node of cpuProfile?.nodes ?? []) profile.nodes.set(node.id, node);
    for (const [i, sample] of (cpuProfile?.samples ?? []).entries()) {
      profile.at += timeDeltas[i];
      profile.samples.push({ at: profile.at, node: sample });
    }
  }
  const byThread = new Map();
  for (const { thread, nodes, samples } of profiles.values()) {
    const read = samples.map(({ at, node }) => ({ at, stack: stackOf(nodes, node) }));
    byThread.set(thread, [...(byThread.get(thread) ?? []), ...read]);
  }
  return byThread;
}

function stackOf(nodes, id) {
  const stack = [];
  for (let node = nodes.get(id); node; node = nodes.get(node.parent)) stack.push(node.callFrame);
  return stack;
}

function sharesOf(samples, { ts, dur }, ownerOf) {
  const [shares, outermost] = [new Map(), new Map()];
  const add = (to, key, time) => to.set(key, (to.get(key) ?? 0) + time / 1000);
  let before = ts;
  for (const { at, stack } of samples) {
    if (at < ts || at > ts + dur) continue;
    const scripts = stack.filter(({ url }) => url);
    const owner =
      stack[0]?.functionName === '(garbage collector)'
        ? 'collector'
        : scripts.length > 0
          ? ownerOf(scripts[0].url)
          : 'browser';
    add(shares, owner, at - before);
    const entry = scripts.at(-1);
    if (entry) add(outermost, entry.functionName || '(anonymous)', at - before);
    before = at;
  }
  const names = [...outermost].sort((a, b) => b[1] - a[1]).slice(0, 3);
  return { shares: Object.fromEntries(shares), names };
}
