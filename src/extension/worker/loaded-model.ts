import {
  carries,
  answerInput,
  decideKnown,
  methods,
  preparedFilm,
  withFilm,
  type KnownFilm,
} from '../../explain';
import type { ModelCard } from '../../models/card';
import { defaultMethodOf } from '../../models/default-method';
import { generatorsOf } from '../../models/generator-choice';
import {
  loadGenerator,
  loadModelPackage,
  readModelCard,
  type FileStore,
  type ModelPackage,
} from '../../models/package';
import { asExplained } from '../../models/label';
import { explainedPackage } from '../../models/label-package';
import { rankLabels, type Decision } from '../../models/decision';
import { prepareImage, type ModalityImage } from '../../models/preparation';
import { Failure } from '../failure';
import { withContext } from './graphics-context';
import { modelReader } from './listings';
import type { LabelChoice } from './protocol';

/** The one model whose networks are in memory. */
export class LoadedModel {
  private model?: ModelPackage;

  /** @param store absent where the browser keeps no files */
  constructor(private readonly store?: FileStore) {}

  /** @throws Failure `no-model` before one is loaded */
  get package(): ModelPackage {
    if (this.model) return this.model;
    throw new Failure('no-model', 'No model is loaded.');
  }

  /**
   * Loads a model in place of the one before, with the generators that the methods would use by themselves; of
   * independent labels those of the first, others when they are asked for.
   *
   * @param onProgress told what part has come, in [0, 1]
   * @returns seconds that it took; 0 where it was loaded already
   */
  async load(baseUrl: string, id: string, onProgress: (fraction: number) => void): Promise<number> {
    if (this.model?.card.id === id) return 0;
    const begin = performance.now();
    const read = modelReader(baseUrl, id);
    const card = await readModelCard(read);
    const generators = usefulGenerators(asExplained(card));
    const next = await loadModelPackage(read, { card, generators, onProgress, store: this.store });
    this.model?.dispose();
    this.model = next;
    return secondsSince(begin);
  }

  /** The model as it is explained: of independent labels as for the one named, else as for the first. */
  explained(label?: string): ModelPackage {
    return explainedPackage(this.package, label);
  }

  /** Of several labels, the one that the classifier's answers to an image tell first, with what that has made of the image. */
  async first(
    choices: readonly LabelChoice[],
    image: ModalityImage,
  ): Promise<{ choice: LabelChoice; known: KnownFilm }> {
    const { card } = this.package;
    const context = this.explained();
    const film = preparedFilm(image, card);
    const answer = await withContext(() => answerInput(context, film.prepared.input));
    const { decision } = await decideKnown(context, answer);
    const labels = decision.kind === 'labels' ? (decision.labels ?? []) : [];
    const ranked = rankLabels(labels).map(index => card.classes[index].name);
    const [choice] = [...choices].sort((a, b) => ranked.indexOf(a.label) - ranked.indexOf(b.label));
    return { choice, known: { ...film, answer } };
  }

  /**
   * What an installed model answers to an image: the one that is loaded, or the classifier of another, loaded for this once.
   *
   * @param label of independent ones, that which is asked for
   */
  async answerOf(
    baseUrl: string,
    id: string,
    label: string | undefined,
    image: ModalityImage,
  ): Promise<Decision> {
    const isLoaded = this.model?.card.id === id;
    const asked = isLoaded
      ? this.package
      : await loadModelPackage(modelReader(baseUrl, id), { generators: [], store: this.store });
    try {
      const context = explainedPackage(asked, label);
      const { decision } = await withContext(() =>
        withFilm(context, prepareImage(image, asked.card.input), session => session.decide()),
      );
      return decision;
    } finally {
      if (!isLoaded) asked.dispose();
    }
  }

  /** Loads a generator that was asked for and that no method takes by itself. */
  async addGenerator(baseUrl: string, id: string): Promise<void> {
    const { card, generators } = this.package;
    generators[id] ??= await loadGenerator(modelReader(baseUrl, card.id), card, id, {
      store: this.store,
    });
  }

  /** The asked method, or the one that is taken in its place. */
  methodFor(methodId?: string): string {
    const card = asExplained(this.package.card);
    return methodId !== undefined && carries(card, methodId)
      ? methodId
      : defaultMethodOf(card, id => carries(card, id));
  }

  /**
   * The first pass compiles shaders or sets up kernels; on a flat image it costs nothing that the user waits for.
   *
   * @returns seconds that it took
   */
  async warmUp(methodId?: string): Promise<number> {
    const begin = performance.now();
    const model = this.explained();
    const side = model.card.input.size;
    const values = Float32Array.from({ length: side * side }, (_, i) => i % side);
    const ramp = { values, rows: side, columns: side, photometric: 'MONOCHROME2' as const };
    const prepared = prepareImage(ramp, model.card.input);
    const settings = { methodId: this.methodFor(methodId) };
    await withContext(() => withFilm(model, prepared, session => session.explain(settings)));
    return secondsSince(begin);
  }
}

/** Of the generators that a package carries, the one that each method would use. */
function usefulGenerators(card: ModelCard): string[] {
  const preferred = methods.flatMap(({ needs }) => generatorsOf(card, needs.generator ?? []).slice(0, 1));
  return [...new Set(preferred)];
}

function secondsSince(begin: number): number {
  return (performance.now() - begin) / 1000;
}
