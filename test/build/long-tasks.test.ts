import { expect, it } from 'vitest';
import { longTasks, type TraceEvent } from '../../scripts/long-tasks.mjs';

const thread = { pid: 1, tid: 2 };
const ownerOf = (url: string): string => (url === 'a.js' ? 'ours' : 'viewer');

/** A task of `dur` microseconds. */
const task = (ts: number, dur: number, tid = thread.tid): TraceEvent => ({
  name: 'ThreadControllerImpl::RunTask',
  ph: 'X',
  pid: 1,
  tid,
  ts,
  dur,
  args: {},
});
const named = (tid: number, name: string): TraceEvent => ({
  ...task(0, 0, tid),
  name: 'thread_name',
  args: { name },
});

/** begin (viewer) calls draw (ours), which calls a function of the browser; the collector runs below draw. */
const nodes = [
  { id: 1, callFrame: { functionName: '(root)', url: '' } },
  { id: 2, parent: 1, callFrame: { functionName: 'begin', url: 'b.js' } },
  { id: 3, parent: 2, callFrame: { functionName: 'draw', url: 'a.js' } },
  { id: 4, parent: 3, callFrame: { functionName: 'drawImage', url: '' } },
  { id: 5, parent: 3, callFrame: { functionName: '(garbage collector)', url: '' } },
  { id: 6, parent: 1, callFrame: { functionName: '(program)', url: '' } },
];

it('tells whose code ran in each long task of a page’s thread, and what began it', () => {
  const events: TraceEvent[] = [
    named(2, 'CrRendererMain'),
    named(3, 'Compositor'),
    task(100_000, 60_000),
    task(200_000, 40_000),
    task(300_000, 90_000, 3),
    { ...task(0, 0), name: 'Profile', ph: 'P', id: '0x1', args: { data: { startTime: 99_000 } } },
    {
      ...task(160_000, 0, 9),
      name: 'ProfileChunk',
      ph: 'P',
      id: '0x1',
      args: {
        data: {
          cpuProfile: { nodes, samples: [6, 2, 3, 4, 5, 6] },
          // Up to 100, 110, 125, 140, 150 and 155 ms.
          timeDeltas: [1000, 10_000, 15_000, 15_000, 10_000, 5000],
        },
      },
    },
  ];
  expect(longTasks(events, { limit: 50, ownerOf })).toEqual([
    {
      duration: 60,
      shares: { browser: 5, viewer: 10, ours: 30, collector: 10 },
      names: [['begin', 50]],
    },
  ]);
});

it('what was before the profiler had settled is left out', () => {
  const events = [
    named(2, 'CrRendererMain'),
    task(100, 60_000),
    { ...task(70_000, 0), name: 'bench: profiler settled', ph: 'I' },
    task(80_000, 70_000),
  ];
  expect(longTasks(events, { limit: 50, ownerOf }).map(({ duration }) => duration)).toEqual([70]);
});
