import * as tf from '@tensorflow/tfjs';
import { startBrowserBackend } from '../../backends/browser';
import { wasmHeapBytes } from '../../backends/heap';
import {
  explainFilm,
  gradeCounterfactual,
  mapOnFilm,
  nativeExplanation,
  storedMapOnFilm,
  usedGenerator,
  wayEnds,
  wayImage,
  wayOnFilm,
  type EarlyMap,
  type FilmSettings,
  type WayEnds,
} from '../../explain';
import { modelIdentity } from '../../models/explanation';
import { asExplained } from '../../models/label';
import { generatedToImage, inputGeometry, prepareImage, type ModalityImage } from '../../models/preparation';
import type { Handlers } from '../../workers/calls';
import { transfer } from '../../workers/port';
import { Failure } from '../failure';
import { toModalityImage } from '../host/raw-image';
import type { Averaging, HelperStart } from './averaging/helper-calls';
import type { AveragingReport, AveragingTeam } from './averaging/team';
import { fetchChunksFrom } from './chunks';
import { withContext } from './graphics-context';
import { HeldExplanations, type HeldExplanation } from './held-explanations';
import { keptModels } from './kept-models';
import { listMethods, listModels } from './listings';
import { LoadedModel } from './loaded-model';
import type { WorkerCalls } from './protocol';

async function fetchTeam(options: ConstructorParameters<typeof AveragingTeam>[0]): Promise<AveragingTeam> {
  const made = await import(/* webpackChunkName: "averaging" */ './averaging/team');
  return new made.AveragingTeam(options);
}

/** What one worker does: it holds one model, and the explanations that the page may ask of. */
export function createHandlers(): Handlers<WorkerCalls> {
  let baseUrl = '';
  /** Kernels of the wasm backend; absent on others, which average alone. */
  let kernels: HelperStart['kernels'] | undefined;
  let workers: number | undefined;
  const store = keptModels();
  const model = new LoadedModel(store);
  /** Fetched where something is averaged; once more where that failed. */
  let team: Promise<AveragingTeam> | undefined;
  const gathered = (): Promise<AveragingTeam> => {
    team ??= fetchTeam({ script: () => `${baseUrl}explain-worker.js`, allowed: () => workers });
    team.catch(() => (team = undefined));
    return team;
  };
  const held = new HeldExplanations();
  /** What helpers are started with and asked for; nothing on backends that average alone. */
  const shared = (asked: Averaging): { source: HelperStart; asked: Averaging } | undefined => {
    if (!kernels) return undefined;
    const { card } = model.package;
    const generator = usedGenerator(asExplained(card, asked.label), asked.methodId, asked.generator);
    return { source: { baseUrl, card, kernels }, asked: { ...asked, generator } };
  };

  return {
    async start(request) {
      ({ baseUrl, workers } = request);
      fetchChunksFrom(baseUrl);
      const backend = await startBrowserBackend(request.backend, baseUrl);
      kernels = backend.kernels?.kernels;
      return { models: await listModels(baseUrl, request.modelIds), methods: listMethods(), backend };
    },

    async load({ modelId }, onProgress) {
      const seconds = await model.load(baseUrl, modelId, onProgress);
      if (seconds > 0) (await team?.catch(() => undefined))?.dismiss();
      return { seconds, keepsModels: store !== undefined };
    },

    async warmUp({ methodId }) {
      return { seconds: await model.warmUp(methodId) };
    },

    async gather({ methodId, generator, augment }) {
      // Without kernels no model need be there.
      const averaging = kernels && shared({ methodId: model.methodFor(methodId), generator, augment });
      if (!averaging) return;
      const team = await gathered();
      team.gather(averaging.source, averaging.asked);
    },

    async explain({ image: raw, attributes, augment, choices, ...asked }, report) {
      const begun = clockNow();
      const readingSince = performance.now();
      const image = toModalityImage(raw);
      const readingSeconds = (performance.now() - readingSince) / 1000;
      let mapped = begun;
      const first = choices && (await model.first(choices, image));
      const { key, label, methodId, generator } = first?.choice ?? asked;
      if (generator !== undefined) await model.addGenerator(baseUrl, generator);
      const context = model.explained(label);
      const averaging = augment && shared({ methodId, generator, label, augment });
      let shares: AveragingReport | undefined;
      const average: FilmSettings['average'] = async (input, meanwhile) => {
        const team = await gathered();
        const { source, asked } = averaging!;
        const made = await team.average(source, context, asked, input, meanwhile, report);
        shares = made.report;
        return made.averaged;
      };
      const settings = {
        methodId,
        generator,
        augment: augment?.count,
        seed: augment?.seed,
        average: averaging && average,
      };
      const showEarly = (early: EarlyMap): void => {
        mapped = clockNow();
        const map = early.map.slice();
        const signed = early.signed?.slice();
        const buffers = [map.buffer, ...(signed ? [signed.buffer] : [])];
        report(transfer({ ...early, map, ...(signed && { signed }) }, ...buffers));
      };
      const explained = await withContext(() =>
        explainFilm({ image, attributes }, context, settings, showEarly, first?.known),
      );
      const { prepared, pixelCautions: _, ...told } = explained;
      held.hold(key, { onFilm: mapOnFilm(image, explained), made: { explained: told, prepared } });
      const map = told.map.slice();
      const hasSimilar = told.similar !== undefined;
      const hasAdversarial = told.adversarial !== undefined;
      const range = rangeOf(image);
      const clock = { begun, mapped, ended: clockNow(), readingSeconds };
      return transfer(
        { ...told, map, hasSimilar, hasAdversarial, range, averaging: shares, clock },
        map.buffer,
      );
    },

    prepare({ image, spec }) {
      const { input } = prepareImage(toModalityImage(image), spec);
      return transfer({ input }, input.buffer);
    },

    hold({ key, image: raw, explained, spec }) {
      const image = toModalityImage(raw);
      if (spec) {
        const prepared = prepareImage(image, spec);
        const onFilm = mapOnFilm(image, { ...explained, prepared });
        held.hold(key, { onFilm, made: { explained, prepared } });
      } else {
        held.hold(key, { onFilm: storedMapOnFilm(image, explained.map, explained.settings.methodId) });
      }
    },

    mask({ key, percentile }) {
      const { onFilm } = held.find(key);
      const mask = onFilm.mask(percentile);
      const { valid } = onFilm.film;
      const counts = { marked: countOf(mask), valid: valid ? countOf(valid) : mask.length };
      return transfer({ mask, ...counts }, mask.buffer);
    },

    levels({ key, percentiles }) {
      const { onFilm } = held.find(key);
      const levels = onFilm.levels(percentiles);
      const { valid } = onFilm.film;
      return transfer({ levels, valid: valid ? countOf(valid) : levels.length }, levels.buffer);
    },

    values({ key, kind }) {
      const { onFilm, made } = held.find(key);
      if (kind === 'original') {
        const values = onFilm.film.values.slice();
        return transfer({ values }, values.buffer);
      }
      const generated = made?.explained[kind];
      if (!made || !generated) {
        throw new Failure('not-generated', `This explanation holds no ${kind} image.`);
      }
      const values = generatedToImage(onFilm.film, made.prepared, generated);
      return transfer({ values }, values.buffer);
    },

    async grade({ key }) {
      const { made } = held.find(key);
      if (!made) throw new Failure('not-generated', 'This explanation holds no generated image.');
      const { explained } = made;
      if (modelIdentity(model.package.card).weightsSha256 !== explained.model.weightsSha256)
        throw new Failure('no-model', `The model ${explained.model.id} is no longer loaded.`);
      const { prepared, ...ends } = endsOf(made);
      return withContext(() =>
        gradeCounterfactual(model.explained(explained.settings.label), { ...ends, input: prepared.input }),
      );
    },

    between({ key, fraction, mostPixels }) {
      const { onFilm, made } = held.find(key);
      const values = wayImage(onFilm.film, endsOf(made), fraction);
      const shown = shrunk({ ...onFilm.film, values }, mostPixels);
      return transfer(shown, shown.values.buffer);
    },

    async animation({ key, graded, created }) {
      const { onFilm, made } = held.find(key);
      const way = wayOnFilm(onFilm.film, endsOf(made), graded);
      const { gifOf } = await import(/* webpackChunkName: "gif" */ '../../explain/gif');
      const { frameMilliseconds, labelColours, wayFrames } = await import(
        /* webpackChunkName: "results" */ '../../dicom/results'
      );
      const { model: of, settings, cautions, ...figures } = made!.explained;
      const about = { film: onFilm.film, figures, cautions };
      const frames = wayFrames({ model: of, settings, created }, about, way);
      const bytes = gifOf(frames, Object.values(labelColours), frameMilliseconds);
      return transfer({ bytes }, bytes.buffer);
    },

    async results({ key, selection, graded, ...context }) {
      const { onFilm, made } = held.find(key);
      if (!made) {
        throw new Failure('stored', 'This explanation was read from the archive, which holds its objects.');
      }
      const { model: of, settings } = made.explained;
      const way = graded && wayOnFilm(onFilm.film, endsOf(made), graded);
      const explanation = nativeExplanation(onFilm, made.explained, made.prepared, way);
      const { makeResults } = await import(/* webpackChunkName: "results" */ '../../dicom/results');
      const objects = makeResults({ ...context, model: of, settings }, explanation, selection);
      return transfer({ objects }, ...objects.map(({ bytes }) => bytes.buffer));
    },

    async answer(request) {
      const { answerReport } = await import(/* webpackChunkName: "results" */ '../../dicom/results');
      const object = answerReport(request);
      return transfer(object, object.bytes.buffer);
    },

    async restore({ key, image: raw, stored: listed, file, cards }) {
      const { cautionsOfProof, installedCard, requireListed, requireRange, requireSound } = await import(
        /* webpackChunkName: "results" */ './stored-proof'
      );
      requireSound(listed);
      const card = installedCard(listed, cards);
      const { describeStored, readStoredMap, sourceAttributes } = await import(
        /* webpackChunkName: "results" */ '../../dicom/results'
      );
      const image = toModalityImage(raw);
      requireListed(describeStored(sourceAttributes(file)), listed);
      const { methodId, label } = listed.settings;
      const { rows, columns, map: stored } = readStoredMap(file);
      if (rows !== image.rows || columns !== image.columns) {
        throw new Failure(
          'wrong-size',
          `The stored map has ${columns} × ${rows} pixels, the image ${image.columns} × ${image.rows}: it belongs to another image.`,
        );
      }
      requireRange(stored, methodId);
      const given = card && (await model.answerOf(baseUrl, card.id, label, image));
      const verified = { card, cautions: cautionsOfProof(listed, given) };
      const onFilm = storedMapOnFilm(image, stored, methodId);
      held.hold(key, { onFilm });
      const map = stored.slice();
      const whole = inputGeometry(rows, columns, Math.max(rows, columns), 'stretch');
      return transfer(
        {
          film: { rows, columns, photometric: image.photometric },
          map,
          top: onFilm.top,
          mapSize: { rows, columns },
          geometry: { ...whole, scaleX: 1, scaleY: 1 },
          range: rangeOf(image),
          verified,
        },
        map.buffer,
      );
    },

    memory() {
      const { numTensors: tensors, numBytes: tensorBytes } = tf.memory();
      return { wasmHeap: wasmHeapBytes(), tensors, tensorBytes, held: held.bytes };
    },

    async readOther({ file, film }) {
      const { readOther } = await import(/* webpackChunkName: "others" */ '../../dicom/others');
      const result = readOther(file, film);
      const arrays = result.layers.flatMap(layer =>
        layer.kind === 'map' ? [layer.values.buffer] : layer.kind === 'area' ? [layer.mask.buffer] : [],
      );
      return transfer(result, ...arrays);
    },

    forget({ key }) {
      held.forget(key);
    },
  };
}

/** @throws Failure `not-generated` where there is no x_a */
function endsOf(made: HeldExplanation['made']): WayEnds {
  if (!made?.explained.adversarial)
    throw new Failure('not-generated', 'This explanation holds no adversarial image.');
  return wayEnds(made.explained, made.prepared);
}

/** Means over squares of whole pixels, so that at most so many are left. */
function shrunk(
  { values, rows, columns }: Pick<ModalityImage, 'values' | 'rows' | 'columns'>,
  mostPixels: number,
): { values: Float32Array<ArrayBuffer>; rows: number; columns: number } {
  const factor = Math.max(1, Math.ceil(Math.sqrt((rows * columns) / mostPixels)));
  const [height, width] = [Math.floor(rows / factor), Math.floor(columns / factor)];
  const means = new Float32Array(height * width);
  for (let y = 0; y < height * factor; y++)
    for (let x = 0; x < width * factor; x++)
      means[Math.floor(y / factor) * width + Math.floor(x / factor)] += values[y * columns + x] / factor ** 2;
  return { values: means, rows: height, columns: width };
}

/** Comparable with the page's clock. */
function clockNow(): number {
  return performance.timeOrigin + performance.now();
}

function countOf(bits: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bits.length; i++) count += bits[i];
  return count;
}

/** Smallest and largest valid value, modality units. */
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
