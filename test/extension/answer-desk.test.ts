import { expect, test } from 'vitest';
import { createAnswerDesk } from '../../src/extension/answers/answer-desk';
import { answersCsv, loggedAnswer, type LoggedAnswer } from '../../src/extension/answers/answer-log';
import type {
  Annotation,
  Cornerstone,
  CornerstoneTools,
  Point3,
  Services,
} from '../../src/extension/host/ohif-types';
import type { ExplainService } from '../../src/extension/store/explain-service';
import { shownResult } from './fakes';

/** A viewer that shows a film of 4 × 4 pixels of 0.5 mm, world in millimetres from the first pixel's centre. */
function desk(
  annotations: Annotation[],
  selected: string[] = [],
  {
    state = {},
    eventTarget = new EventTarget(),
    spacing = { PixelSpacing: [0.5, 0.5] },
  }: { state?: object; eventTarget?: EventTarget; spacing?: object } = {},
) {
  const instance = { SOPInstanceUID: '1.2', ...spacing, Rows: 4, Columns: 4 };
  const viewport = {
    element: {},
    getCurrentImageId: () => 'a',
    worldToCanvas: () => [0, 0],
    getImageData: () => ({ imageData: { indexToWorld: ([i, j]: Point3) => [0.5 * i, 0.5 * j, 0] } }),
  };
  const services = {
    viewportGridService: { getActiveViewportId: () => 'v', getDisplaySetsUIDsForViewport: () => ['d'] },
    displaySetService: { getDisplaySetByUID: () => ({ displaySetInstanceUID: 'd', instances: [instance] }) },
    cornerstoneViewportService: { getCornerstoneViewport: () => viewport },
  } as unknown as Services;
  const cornerstone = {
    metaData: { get: () => instance },
    cache: { getImage: () => undefined },
    utilities: {},
    eventTarget,
  };
  const tools = {
    annotation: {
      state: { getAllAnnotations: () => annotations, removeAnnotation: () => undefined },
      selection: { getAnnotationsSelected: () => selected },
    },
  };
  // The mask of the film: its lower right quarter.
  const mask = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1);
  const service = {
    mask: async () => mask,
    getState: () => ({ settings: { percentile: 75 }, subject: { kind: 'none' }, ...state }),
  } as unknown as ExplainService;
  return createAnswerDesk(service, () => ({
    services,
    cornerstone: cornerstone as unknown as Cornerstone,
    tools: tools as unknown as CornerstoneTools,
  }));
}

/** An explanation of the film. */
const film = shownResult();

/** A rectangle as the viewer's tool keeps it, from corner to corner in pixels. */
const rectangle = (annotationUID: string, from: [number, number], to: [number, number]): Annotation => {
  const at = (x: number, y: number): Point3 => [0.5 * (x - 0.5), 0.5 * (y - 0.5), 0];
  return {
    annotationUID,
    metadata: { toolName: 'RectangleROI', referencedImageId: 'a' },
    data: { handles: { points: [at(...from), at(to[0], from[1]), at(from[0], to[1]), at(...to)] } },
  };
};

test('one press takes the rectangle that is selected, else the last one, in pixels of the film', () => {
  const two = [rectangle('x', [0, 0], [2, 2]), rectangle('y', [1, 1], [4, 4])];
  const selected = desk(two, ['x']);
  expect(selected.takeMark(film)).toBe('taken');
  expect(selected.mark(film)).toEqual({
    uid: 'x',
    imageId: 'a',
    outline: [
      [0, 0],
      [2, 0],
      [2, 2],
      [0, 2],
    ],
  });
  const last = desk(two);
  last.takeMark(film);
  expect(last.mark(film)?.outline[0]).toEqual([1, 1]);
  expect(desk([]).takeMark(film)).toBe('none');
  const length = {
    metadata: { toolName: 'Length', referencedImageId: 'a' },
    data: { handles: { points: [] } },
  };
  expect(desk([length]).takeMark(film)).toBe('none');
});

test('millimetres of the detector are told from calibrated ones', async () => {
  const half = [0.5, 0.5];
  const told = async (spacing: object) => {
    const one = desk([rectangle('x', [1, 1], [4, 4])], [], { spacing });
    await one.compare(film, 75);
    one.takeMark(film);
    const { distanceMm, atDetector } = (await one.compare(film, 75))[0].agreement!;
    return [distanceMm, atDetector];
  };
  const distance = Math.SQRT1_2 / 2;
  expect(await told({ ImagerPixelSpacing: half })).toEqual([distance, true]);
  // It repeats the detector's.
  expect(await told({ ImagerPixelSpacing: half, PixelSpacing: half })).toEqual([distance, true]);
  expect(await told({ ImagerPixelSpacing: [0.6, 0.6], PixelSpacing: half })).toEqual([distance, undefined]);
  expect(await told({ PixelSpacing: half })).toEqual([distance, undefined]);
  expect(await told({})).toEqual([undefined, undefined]);
});

test('the mark is compared with every map that was shown of the film, and followed when it moves', async () => {
  // The map of 2 × 2 covers the film of 4 × 4; its largest value is the lower right one, centre (3, 3).
  const annotations = [rectangle('x', [1, 1], [4, 4])];
  const one = desk(annotations);
  expect(await one.compare(film, 75)).toEqual([
    {
      key: 'cxr/1.0.0/similar-adversarial/single2/0',
      title: 'SA · single2',
      current: true,
      agreement: undefined,
    },
  ]);
  one.takeMark(film);
  // 9 pixels marked, 4 of the map's, all of them in both; from (2.5, 2.5) to (3, 3) at 0.5 mm.
  const [{ agreement }] = await one.compare(film, 75);
  expect(agreement).toEqual({
    iou: 4 / 9,
    hit: true,
    distancePixels: Math.SQRT1_2,
    distanceMm: Math.SQRT1_2 / 2,
  });

  // Another method, whose largest value is the upper left one, centre (1, 1): outside the mark by a pixel's edge.
  const other = shownResult(
    { map: Float32Array.of(3, 2, 1, 0) },
    { method: { id: 'naive', title: 'Naive', citation: '', gradients: false } },
  );
  const both = await one.compare(other, 75);
  expect(both.map(({ title, current }) => [title, current])).toEqual([
    ['Naive · single2', true],
    ['SA · single2', false],
  ]);
  expect(both[0].agreement).toMatchObject({ hit: true, distancePixels: 1.5 * Math.SQRT2 });

  annotations[0] = rectangle('x', [2, 2], [4, 4]);
  const moved = await one.compare(other, 75);
  expect(moved.map(({ agreement: found }) => [found?.iou, found?.hit])).toEqual([
    [1, false],
    [1, true],
  ]);
  // Removed: there is nothing to compare.
  annotations.pop();
  expect((await one.compare(other, 75)).map(each => each.agreement)).toEqual([undefined, undefined]);
  expect(await one.compare(shownResult({}, { key: 'b', imageId: 'b' }), 75)).toEqual([]);
});

test('the log as a table: no cell is a formula, quotes and breaks stay in their cell', () => {
  const answer: LoggedAnswer = {
    at: '2026-01-01T00:00:00.000Z',
    sopInstanceUid: '1.2',
    model: 'm',
    version: '1.0.0',
    method: 'path',
    generator: '',
    augment: 0,
    score: 0.5,
    decision: 1,
    percentile: 90,
    verdict: 'unsure',
    note: '=HYPERLINK("x")\nsecond',
    mark: [
      [1, 2],
      [3, 4],
    ],
    iou: 0.25,
    hit: false,
    distancePixels: 3,
    distanceMm: null,
  };
  const [head, ...rest] = answersCsv([answer]).split('\n');
  expect(head.split(',').slice(0, 5)).toEqual(['at', 'sopInstanceUid', 'model', 'version', 'label']);
  expect(rest.join('\n')).toBe(
    '2026-01-01T00:00:00.000Z,1.2,m,1.0.0,,path,,0,0.5,1,90,unsure,"\'=HYPERLINK(""x"")\nsecond",1 2; 3 4,0.25,false,3,,\n',
  );
});

test('an answer that is kept names the finding, of a model of several', () => {
  const said = {
    at: '2026-01-01T00:00:00.000Z',
    percentile: 90,
    verdict: 'agree' as const,
    note: '',
    mark: [],
  };
  const nodule = loggedAnswer(shownResult({}, { label: 'nodule', sopInstanceUid: '1.2' }), said);
  expect(nodule).toMatchObject({
    model: 'cxr',
    version: '1.0.0',
    label: 'nodule',
    verdict: 'agree',
    iou: null,
  });
  const plain = loggedAnswer(film, said, { hit: true, distancePixels: 2 });
  expect(plain).not.toHaveProperty('label');
  expect(plain).toMatchObject({ hit: true, distancePixels: 2, distanceMm: null });
  // Both in one table, as what an earlier version kept beside what is kept now.
  const [head, ...rows] = answersCsv([plain, nodule]).trim().split('\n');
  const at = head.split(',').indexOf('label');
  expect(rows.map(row => row.split(',')[at])).toEqual(['', 'nodule']);
});

test('a mark is of film and finding: it stays with another method, and is let go with another finding', async () => {
  const of = (label: string, more: object = {}) => shownResult({}, { label, ...more });
  const [nodule, effusion] = [of('nodule'), of('effusion')];
  const one = desk([rectangle('x', [1, 1], [4, 4])]);
  await one.compare(nodule, 75);
  one.takeMark(nodule);
  const otherMethod = of('nodule', {
    method: { id: 'naive', title: 'Naive', citation: '', gradients: false },
  });
  expect((await one.compare(otherMethod, 75)).map(each => each.agreement?.iou)).toEqual([4 / 9, 4 / 9]);
  expect(one.mark(otherMethod)?.uid).toBe('x');

  // Before anything was compared, too: it would be stored as the mark of the other finding.
  expect(one.mark(effusion)).toBeUndefined();
  expect((await one.compare(effusion, 75)).map(each => each.agreement)).toEqual([undefined]);
  expect((await one.compare(nodule, 75)).map(each => each.agreement)).toEqual([undefined, undefined]);
  expect(one.mark(nodule)).toBeUndefined();

  one.takeMark(effusion);
  expect(one.mark(effusion)?.uid).toBe('x');
});

test('the mark of a finding is compared with no map of another finding or model; another version is named', async () => {
  const one = desk([rectangle('x', [1, 1], [4, 4])]);
  const version = (label: string, more: object) =>
    shownResult({}, { label, card: { ...film.card, ...more } });
  const titles = async (result: typeof film) => (await one.compare(result, 75)).map(({ title }) => title);
  await one.compare(film, 75);
  expect(await titles(version('nodule', {}))).toEqual(['nodule · SA · single2']);
  expect(await titles(version('nodule', { id: 'other' }))).toEqual(['nodule · SA · single2']);
  expect(await titles(version('effusion', {}))).toEqual(['effusion · SA · single2']);
  expect(await titles(version('nodule', { version: '1.1.0' }))).toEqual([
    'nodule · SA · single2',
    'nodule · SA · single2 · 1.0.0',
  ]);
});

test('what was drawn while a generated image was on display is no mark on the film', () => {
  const state = {
    outputVisible: true,
    counterfactual: 'adversarial',
    subject: { kind: 'image', imageId: 'a', viewportId: 'v' },
    explanation: { phase: 'done', result: film },
  };
  const eventTarget = new EventTarget();
  const annotations = [rectangle('on x_a', [0, 0], [2, 2])];
  const answers = desk(annotations, ['on x_a'], { state, eventTarget });
  const end = answers.onMark(() => undefined);
  const drawn = (annotationUID: string): void =>
    void eventTarget.dispatchEvent(
      new CustomEvent('CORNERSTONE_TOOLS_ANNOTATION_COMPLETED', {
        detail: { annotation: { annotationUID } },
      }),
    );
  drawn('on x_a');
  expect(answers.takeMark(film)).toBe('on-generated');
  expect(answers.mark(film)).toBeUndefined();
  // Back on the film another one is drawn, and is taken though the first is still selected.
  state.counterfactual = 'off';
  annotations.push(rectangle('on the film', [1, 1], [4, 4]));
  drawn('on the film');
  expect(answers.takeMark(film)).toBe('taken');
  expect(answers.mark(film)?.uid).toBe('on the film');
  end();
});
