import { isContextLost, startBrowserBackend, watchContext } from '../../backends/browser';
import { makeResults, readStoredMap, type ResultObject } from '../../dicom/results';
import {
  explainFilm,
  mapOnFilm,
  methodById,
  methods,
  nativeExplanation,
  storedMapOnFilm,
  withFilm,
  type FilmMap,
  type RecordedFilm,
} from '../../explain';
import { ModelPackageError, type ModelCard } from '../../models/card';
import { defaultMethodOf } from '../../models/default-method';
import { generatorsOf } from '../../models/generator-choice';
import { loadGenerator, loadModelPackage, readModelCard, type ModelPackage } from '../../models/package';
import {
  generatedToImage,
  inputGeometry,
  prepareImage,
  type ModalityImage,
  type PreparedImage,
} from '../../models/preparation';
import { fetchReader } from '../../models/readers';
import { toModalityImage } from '../host/raw-image';
import { CodedError } from './failure';
import type {
  CallName,
  ExplainReply,
  ExplainRequest,
  GeneratedKind,
  HoldRequest,
  MethodListing,
  ModelListing,
  RestoreRequest,
  ResultsRequest,
  WorkerCalls,
} from './protocol';

/** What stays in the worker of an explained image, for the mask, the generated images and the DICOM objects. */
interface Kept {
  onFilm: FilmMap;
  /** Absent where the explanation was restored from the archive. */
  made?: {
    explained: Omit<RecordedFilm, 'seconds'>;
    prepared: PreparedImage;
  };
}

/**
 * Bytes of films and their maps kept at once: a film of 9 megapixels takes some 80 MB. What is let go comes back by `hold`
 * when it is asked for.
 */
const keptBytes = 400e6;

function sizeOf({ onFilm: { film } }: Kept): number {
  const { values, valid } = film;
  // The map at the image's resolution is made sooner or later.
  return 2 * values.byteLength + (valid?.byteLength ?? 0);
}

interface Answer {
  reply: unknown;
  transfer: Transferable[];
}

/** Handles the calls of one worker. */
export function createHandlers(): (
  name: CallName,
  request: unknown,
  onProgress: (fraction: number) => void,
) => Promise<Answer> {
  let baseUrl = '';
  let model: ModelPackage | undefined;
  const kept = new Map<string, Kept>();

  const loaded = (): ModelPackage => {
    if (model) return model;
    throw new CodedError('no-model', 'No model is loaded.');
  };
  const find = (key: string): Kept => {
    const found = kept.get(key);
    if (!found) throw new CodedError('forgotten', 'This explanation is no longer held; press Explain again.');
    kept.delete(key);
    kept.set(key, found);
    return found;
  };

  async function start(request: WorkerCalls['start']['request']): Promise<WorkerCalls['start']['reply']> {
    baseUrl = request.baseUrl;
    const backend = await startBrowserBackend(request.backend, baseUrl);
    const ids = request.modelIds ?? (await readIndex(baseUrl));
    return { models: await Promise.all(ids.map(id => list(baseUrl, id))), methods: listMethods(), backend };
  }

  async function load(modelId: string, onProgress: (fraction: number) => void): Promise<{ seconds: number }> {
    if (model?.card.id === modelId) return { seconds: 0 };
    const begin = performance.now();
    const read = fetchReader(modelUrl(baseUrl, modelId));
    const card = await readModelCard(read);
    const generators = usefulGenerators(card);
    const next = await loadModelPackage(read, { generators, onProgress });
    model?.dispose();
    model = next;
    return { seconds: secondsSince(begin) };
  }

  /** The first pass compiles shaders or sets up kernels; on a flat image it costs nothing that the user waits for. */
  async function warmUp(methodId?: string): Promise<{ seconds: number }> {
    const begin = performance.now();
    const { card } = loaded();
    const side = card.input.size;
    const values = Float32Array.from({ length: side * side }, (_, i) => i % side);
    const prepared = prepareImage(
      { values, rows: side, columns: side, photometric: 'MONOCHROME2' },
      card.input,
    );
    const settings = { methodId: usableMethod(methodId ?? defaultMethodOf(card)) };
    await guarded(() => withFilm(loaded(), prepared, session => session.explain(settings)));
    return { seconds: secondsSince(begin) };
  }

  /** The asked method, or the first one that the model can run. */
  function usableMethod(methodId: string): string {
    const { card } = loaded();
    const runs = (id: string): boolean => {
      const wanted = methodById(id).needs.generator;
      return !wanted || generatorsOf(card, wanted).length > 0;
    };
    return runs(methodId) ? methodId : (methods.find(m => m.oneShot && runs(m.id))?.id ?? methodId);
  }

  /** Loads a generator that was asked for and that no method takes by itself. */
  async function addGenerator(id: string): Promise<void> {
    const { card, generators } = loaded();
    generators[id] ??= await loadGenerator(fetchReader(modelUrl(baseUrl, card.id)), card, id);
  }

  async function explain(request: ExplainRequest): Promise<ExplainReply> {
    const { key, image: raw, attributes, methodId, generator, augment } = request;
    if (generator !== undefined) await addGenerator(generator);
    const image = toModalityImage(raw);
    const settings = { methodId, generator, augment: augment?.count, seed: augment?.seed };
    const explained = await guarded(() => explainFilm({ image, attributes }, loaded(), settings));
    const { prepared, pixelCautions: _, ...told } = explained;
    keep(key, { onFilm: mapOnFilm(image, explained), made: { explained: told, prepared } });
    return {
      ...told,
      map: told.map.slice(),
      hasSimilar: told.similar !== undefined,
      hasAdversarial: told.adversarial !== undefined,
      range: rangeOf(image),
    };
  }

  function keep(key: string, entry: Kept): void {
    kept.delete(key);
    kept.set(key, entry);
    let bytes = [...kept.values()].reduce((sum, one) => sum + sizeOf(one), 0);
    for (const [oldest, one] of kept) {
      if (bytes <= keptBytes || oldest === key) return;
      bytes -= sizeOf(one);
      kept.delete(oldest);
    }
  }

  function hold({ key, image: raw, explained, spec }: HoldRequest): void {
    const image = toModalityImage(raw);
    if (spec) {
      const prepared = prepareImage(image, spec);
      keep(key, { onFilm: mapOnFilm(image, { ...explained, prepared }), made: { explained, prepared } });
    } else {
      keep(key, { onFilm: storedMapOnFilm(image, explained.map, explained.settings.methodId) });
    }
  }

  function results({ key, selection, ...context }: ResultsRequest): ResultObject[] {
    const { onFilm, made } = find(key);
    if (!made)
      throw new CodedError('stored', 'This explanation was read from the archive, which holds its objects.');
    const { model, settings } = made.explained;
    return makeResults({ ...context, model, settings }, nativeExplanation(onFilm, made.explained), selection);
  }

  function restore({ key, image: raw, methodId, file }: RestoreRequest): WorkerCalls['restore']['reply'] {
    const image = toModalityImage(raw);
    const { rows, columns, map } = readStoredMap(file);
    if (rows !== image.rows || columns !== image.columns) {
      throw new CodedError(
        'wrong-size',
        `The stored map has ${columns} × ${rows} pixels, the image ${image.columns} × ${image.rows}: it belongs to another image.`,
      );
    }
    keep(key, { onFilm: storedMapOnFilm(image, map, methodId) });
    return {
      film: { rows, columns, photometric: image.photometric },
      map: map.slice(),
      mapSize: { rows, columns },
      geometry: { ...inputGeometry(rows, columns, Math.max(rows, columns), 'stretch'), scaleX: 1, scaleY: 1 },
      range: rangeOf(image),
    };
  }

  function values(key: string, kind: GeneratedKind): Float32Array {
    const { onFilm, made } = find(key);
    if (kind === 'original') return onFilm.film.values.slice();
    const generated = kind === 'similar' ? made?.explained.similar : made?.explained.adversarial;
    if (!made || !generated)
      throw new CodedError('not-generated', `This explanation holds no ${kind} image.`);
    return generatedToImage(onFilm.film, made.prepared, generated);
  }

  return async (name, request, onProgress) => {
    switch (name) {
      case 'start':
        return answer(await start(request as WorkerCalls['start']['request']));
      case 'load':
        return answer(await load((request as WorkerCalls['load']['request']).modelId, onProgress));
      case 'warmUp':
        return answer(await warmUp((request as WorkerCalls['warmUp']['request']).methodId));
      case 'explain': {
        const reply = await explain(request as ExplainRequest);
        return answer(reply, reply.map.buffer);
      }
      case 'hold':
        hold(request as HoldRequest);
        return answer({});
      case 'prepare': {
        const { image, spec } = request as WorkerCalls['prepare']['request'];
        const { input } = prepareImage(toModalityImage(image), spec);
        return answer({ input }, input.buffer);
      }
      case 'mask': {
        const { key, percentile } = request as WorkerCalls['mask']['request'];
        const { onFilm } = find(key);
        const bits = onFilm.mask(percentile);
        const { valid } = onFilm.film;
        const counts = { marked: countOf(bits), valid: valid ? countOf(valid) : bits.length };
        return answer({ mask: bits, ...counts }, bits.buffer);
      }
      case 'values': {
        const { key, kind } = request as WorkerCalls['values']['request'];
        const grey = values(key, kind);
        return answer({ values: grey }, grey.buffer);
      }
      case 'results': {
        const objects = results(request as ResultsRequest);
        return answer({ objects }, ...objects.map(({ bytes }) => bytes.buffer));
      }
      case 'restore': {
        const restored = restore(request as RestoreRequest);
        return answer(restored, restored.map.buffer);
      }
      case 'forget':
        kept.delete((request as WorkerCalls['forget']['request']).key);
        return answer({});
    }
  };
}

function countOf(bits: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bits.length; i++) count += bits[i];
  return count;
}

function answer(reply: unknown, ...buffers: ArrayBufferLike[]): Answer {
  return { reply, transfer: buffers as ArrayBuffer[] };
}

function contextLost(): CodedError {
  return new CodedError(
    'context-lost',
    'The browser took the graphics context away (driver reset, sleep, or too many pages using the GPU). ' +
      'Press Explain to try the GPU again, or go on with WebAssembly, which needs no GPU.',
  );
}

/** Runs networks and says plainly when the GPU was taken away meanwhile. */
async function guarded<T>(run: () => Promise<T>): Promise<T> {
  const { lost, stop } = watchContext(contextLost);
  let result: T;
  try {
    result = await Promise.race([lost, run()]);
  } catch (error) {
    throw isContextLost() ? contextLost() : error;
  } finally {
    stop();
  }
  if (isContextLost()) throw contextLost();
  return result;
}

/** Of the generators that a package carries, the one that each method would use. */
function usefulGenerators(card: ModelCard): string[] {
  const preferred = methods.flatMap(({ needs }) => generatorsOf(card, needs.generator ?? []).slice(0, 1));
  return [...new Set(preferred)];
}

function listMethods(): MethodListing[] {
  return methods
    .filter(method => method.oneShot)
    .map(({ id, title, citation, needs, map }) => ({
      id,
      title,
      citation,
      generators: needs.generator,
      gradients: needs.gradients ?? false,
      map,
    }));
}

async function list(baseUrl: string, id: string): Promise<ModelListing> {
  try {
    return { id, card: await readModelCard(fetchReader(modelUrl(baseUrl, id))) };
  } catch (error) {
    return { id, error: (error as Error).message };
  }
}

async function readIndex(baseUrl: string): Promise<string[]> {
  const bytes = await fetchReader(`${baseUrl}models/`)('index.json');
  const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (Array.isArray(parsed) && parsed.every(id => typeof id === 'string')) return parsed;
  throw new ModelPackageError('format', `${baseUrl}models/index.json must be a list of model ids.`);
}

function modelUrl(baseUrl: string, id: string): string {
  return `${baseUrl}models/${encodeURIComponent(id)}/`;
}

function rangeOf({ values, valid }: ModalityImage): { lower: number; upper: number } {
  let lower = Infinity;
  let upper = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (valid && !valid[i]) continue;
    if (values[i] < lower) lower = values[i];
    if (values[i] > upper) upper = values[i];
  }
  return { lower, upper };
}

function secondsSince(begin: number): number {
  return (performance.now() - begin) / 1000;
}
