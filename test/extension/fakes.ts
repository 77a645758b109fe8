import type { Film } from '../../src/dicom/others/types';
import type { OtherObject } from '../../src/extension/store/other-types';
import type { HostI18n } from '../../src/extension/i18n';
import type { Engine } from '../../src/extension/store/engine';
import { Failure, type Failed } from '../../src/extension/failure';
import type { ExplainHost } from '../../src/extension/store/explain-host';
import type { Target } from '../../src/extension/host/host-image';
import type { Result } from '../../src/extension/store/state';
import type { ExplainReply } from '../../src/extension/worker/protocol';
import type { StoredMap } from '../../src/dicom/results/types';
import type { ModelCard } from '../../src/models/card';
import { attributionMap, pairMap, singleMap } from '../../src/explain/maps';
import { decideBy } from '../../src/models/decision';

export function card(id: string, phantomOnly = false): ModelCard {
  return {
    id,
    version: '1.0.0',
    title: id,
    operatingPoint: 0.4,
    classes: [{ name: 'no' }, { name: 'yes' }],
    generators: { single2: { kind: 'single2' } },
    files: {},
    classifier: {},
    input: { size: 2, channels: 1, range: [0, 1], fit: 'stretch', equalise: true },
    applicability: {
      modalities: ['CR', 'DX'],
      bodyParts: ['CHEST'],
      views: [],
      photometric: [],
      minRows: 1,
      minColumns: 1,
      minAgeYears: 0,
      maxAgeYears: 200,
      phantomOnly,
    },
  } as unknown as ModelCard;
}

export function reply(score = 0.8): ExplainReply {
  return {
    model: {
      id: 'cxr',
      version: '1.0.0',
      title: 'cxr',
      weightsSha256: 'b'.repeat(64),
      classes: ['no', 'yes'],
      operatingPoint: 0.4,
    },
    settings: {
      methodId: 'similar-adversarial',
      methodTitle: 'SA',
      generator: 'single2',
      augment: 0,
      seed: 0,
      backend: 'wasm',
    },
    film: { rows: 4, columns: 4, photometric: 'MONOCHROME2' },
    decision: { logit: 1.4, ...decideBy(score, 0.4) },
    decisionSimilar: decideBy(score, 0.4),
    decisionAdversarial: decideBy(0.1, 0.4),
    hold: true,
    flip: true,
    map: Float32Array.of(0, 1, 2, 3),
    top: 3,
    mapSize: { rows: 2, columns: 2 },
    hasSimilar: true,
    hasAdversarial: true,
    geometry: {
      rows: 4,
      columns: 4,
      crop: { x: 0, y: 0, width: 4, height: 4 },
      size: 2,
      fit: 'stretch',
      scaleX: 0.5,
      scaleY: 0.5,
      offsetX: 0,
      offsetY: 0,
    },
    range: { lower: 0, upper: 3 },
    cautions: [],
    notice: 'Research use only.',
    citation: 'A paper.',
    tfjs: '4.22.0',
    seconds: { preparation: 0, classifier: 0, explanation: 0 },
  };
}

/** A finished explanation as the panel has it. */
export function shownResult(change: Partial<ExplainReply> = {}, more: Partial<Result> = {}): Result {
  return {
    key: 'a',
    imageId: 'a',
    reply: { ...reply(0.8), ...change },
    card: card('cxr'),
    method: { id: 'similar-adversarial', title: 'SA', citation: '', gradients: false },
    generator: 'single2',
    backend: 'wasm',
    created: new Date(2026, 0, 1),
    totalSeconds: 1,
    warnings: [],
    ...more,
  };
}

type Handler = (request: never) => unknown;

/** A worker whose answers a test sets; calls are answered on the next turn, in order. */
export class FakeEngine implements Engine {
  readonly calls: string[] = [];
  terminated = false;
  crashed = false;
  private readonly rejections = new Set<(error: Error) => void>();
  readonly handlers: Record<string, Handler> = {
    start: () => ({
      models: [
        { id: 'cxr', card: card('cxr') },
        { id: 'phantom', card: card('phantom', true) },
      ],
      methods: [
        {
          id: 'similar-adversarial',
          title: 'SA',
          citation: '',
          generators: ['single2'],
          gradients: false,
          map: pairMap,
        },
        {
          id: 'naive',
          title: 'Naive',
          citation: '',
          generators: ['naive'],
          gradients: false,
          map: singleMap,
        },
        { id: 'gradient', title: 'Gradient', citation: '', gradients: true, map: attributionMap },
      ],
      backend: { name: 'wasm', requested: 'auto', why: 'only', findings: [] },
    }),
    load: () => ({ seconds: 1, keepsModels: true }),
    warmUp: () => ({ seconds: 2 }),
    explain: () => reply(),
    mask: () => ({ mask: new Uint8Array(16), marked: 0, valid: 16 }),
    levels: () => ({ levels: new Uint8Array(16), valid: 16 }),
    hold: () => ({}),
    values: () => ({ values: new Float32Array(16) }),
    grade: () => ({ from: 'similar', steps: [], changes: [] }),
    results: () => ({ objects: [] }),
    restore: () => ({ ...reply(), verified: { cautions: [] } }),
    forget: () => ({}),
  };

  get alive(): boolean {
    return !this.terminated && !this.crashed;
  }

  private readonly listeners = new Map<string, (value: never) => void>();

  /** What the worker tells of a call that is under way. */
  report(name: string, value: unknown): void {
    this.listeners.get(name)?.(value as never);
  }

  call: Engine['call'] = (name, request, onReport) => {
    this.calls.push(name);
    this.listeners.set(name, onReport ?? (() => undefined));
    return new Promise((resolve, reject) => {
      this.rejections.add(reject);
      Promise.resolve()
        .then(() => this.handlers[name](request as never))
        .then(value => resolve(value as never), reject)
        .finally(() => this.rejections.delete(reject));
    });
  };

  terminate(): void {
    this.terminated = true;
    this.rejections.forEach(reject => reject(new Failure('cancelled', 'Cancelled.')));
  }
}

export function target(
  imageId: string,
  change: Partial<Target['attributes']> = {},
  viewportId = 'v1',
): Target {
  return {
    viewportId,
    viewport: { id: viewportId, element: {} as HTMLDivElement, worldToCanvas: () => [0, 0] },
    displaySet: { displaySetInstanceUID: `set-${imageId}` },
    imageId,
    instance: {},
    attributes: {
      modality: 'CR',
      bodyPart: 'CHEST',
      photometric: 'MONOCHROME2',
      samplesPerPixel: 1,
      rows: 4,
      columns: 4,
      ...change,
    },
  };
}

/** A viewer with some viewports; the test moves the focus. */
export class FakeHost implements ExplainHost {
  active = 'v1';
  readonly viewports = new Map<string, Target>([['v1', target('a')]]);
  unreadable?: Failed;

  /** Viewports whose image is not there yet. */
  readonly loading = new Set<string>();

  findTarget(viewportId = this.active): ReturnType<ExplainHost['findTarget']> {
    if (this.loading.has(viewportId)) return { refusal: { code: 'loading', message: 'Not loaded yet.' } };
    const found = this.viewports.get(viewportId);
    return found ? { target: found } : { refusal: { code: 'no-image', message: 'No image.' } };
  }

  readonly stored: StoredMap[] = [];

  storedAnswers(): [] {
    return [];
  }

  storedMaps(): StoredMap[] {
    return this.stored;
  }

  storedPercentiles(): number[] {
    return [];
  }

  shownImage(imageId: string): Target | undefined {
    return [...this.viewports.values()].find(shown => shown.imageId === imageId);
  }

  readonly otherObjects: OtherObject[] = [];

  others(): OtherObject[] {
    return this.otherObjects;
  }

  filmOf(): Film {
    return { sopInstanceUid: '1.2.3', rows: 4, columns: 4 };
  }

  async fetchObject(): Promise<Uint8Array> {
    return new Uint8Array();
  }

  async readImage(): ReturnType<ExplainHost['readImage']> {
    if (this.unreadable) return { refusal: this.unreadable };
    return {
      raw: {
        pixels: new Uint16Array(16),
        format: {
          rows: 4,
          columns: 4,
          photometric: 'MONOCHROME2',
          bytesPerPixel: 2,
          bitsStored: 16,
          highBit: 15,
          signed: false,
        },
        lut: { slope: 1, intercept: 0 },
        shutters: [],
      },
    };
  }
}

/** The viewer's i18next, as far as the extension uses it: bundles, a language, and who is told that it changed. */
export class FakeI18n implements HostI18n {
  private readonly bundles = new Map<string, Record<string, string>>();
  private readonly listeners = new Set<() => void>();

  constructor(public language: string) {}

  addResourceBundle(
    language: string,
    namespace: string,
    texts: Record<string, string>,
    deep: boolean,
    overwrite: boolean,
  ): void {
    const name = `${language}/${namespace}`;
    const before = deep ? this.bundles.get(name) : {};
    this.bundles.set(name, overwrite ? { ...before, ...texts } : { ...texts, ...before });
  }

  hasResourceBundle(language: string, namespace: string): boolean {
    return this.bundles.has(`${language}/${namespace}`);
  }

  getResource(language: string, namespace: string, key: string): unknown {
    return this.bundles.get(`${language}/${namespace}`)?.[key];
  }

  on(_event: string, listener: () => void): void {
    this.listeners.add(listener);
  }

  off(_event: string, listener: () => void): void {
    this.listeners.delete(listener);
  }

  changeLanguage(language: string): void {
    this.language = language;
    this.listeners.forEach(listener => listener());
  }
}
