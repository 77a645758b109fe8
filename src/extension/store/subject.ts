import { labelRefusal, viewOf } from '../../models/applicability';
import type { ModelCard } from '../../models/card';
import type { Target } from '../host/host-image';
import type { ExplainHost } from './explain-host';
import type { Explanations } from './explanations';
import { chooseModel, type ModelChoice } from './model-choice';
import { listingOf, sameListings } from './restored-result';
import type { Store } from './store';

/** Labels of which a model says nothing in an image. */
function refusalsOf(
  card: ModelCard | undefined,
  attributes: Target['attributes'],
): Record<string, string> | undefined {
  if (!card?.independent) return undefined;
  const said = card.classes.map(label => [label.name, labelRefusal(label, attributes)] as const);
  return Object.fromEntries(
    said.flatMap(([name, refusal]) => (refusal === undefined ? [] : [[name, refusal]])),
  );
}

/** Keeps the state's subject that of the active viewport: its image, the model for it, and why there is none. */
export class SubjectKeeper {
  constructor(
    private readonly store: Store,
    private readonly explanations: Explanations,
    private readonly preferredModel: string | undefined,
  ) {}

  /** Reads the active viewport anew. */
  refresh(host: ExplainHost): void {
    const outcome = host.findTarget();
    if ('refusal' in outcome) {
      const { code, message } = outcome.refusal;
      this.store.update({
        subject: { kind: 'none', code, message },
        explanation: { phase: 'idle' },
        made: [],
        marked: undefined,
        stored: [],
      });
      return;
    }
    const { imageId, viewportId, attributes } = outcome.target;
    const maps = host.storedMaps(outcome.target);
    const answers = maps.length > 0 ? host.storedAnswers() : [];
    const listed = maps.map(map => listingOf(map, answers));
    const { card, applicability } = this.choose(attributes);
    const { subject, stored } = this.store.getState();
    const moved = subject.kind !== 'image' || subject.imageId !== imageId;
    this.store.update({
      subject: {
        kind: 'image',
        imageId,
        viewportId,
        view: viewOf(attributes),
        modelId: card?.id,
        labelRefusals: refusalsOf(card, attributes),
        ...(this.cards().length > 0 ? applicability : { refusals: [], warnings: [] }),
      },
      explanation: this.explanations.of(imageId),
      made: this.explanations.ofFilm(imageId),
      marked: this.explanations.markedOf(imageId),
      stored: sameListings(listed, stored) ? stored : listed,
      ...(moved && { notice: undefined }),
    });
  }

  cards(): ModelCard[] {
    return this.store.getState().models.flatMap(model => (model.card ? [model.card] : []));
  }

  /** The model for an image: the one that was asked for, else the one that fits best. */
  choose(attributes: Target['attributes']): ModelChoice {
    return chooseModel(this.cards(), attributes, {
      chosen: this.store.getState().settings.modelId,
      preferred: this.preferredModel,
    });
  }

  /** Model to load for what is on display; none for an image that its model would refuse. */
  modelToLoad(): ModelCard | undefined {
    const { subject, settings } = this.store.getState();
    if (subject.kind === 'image' && subject.refusals.length > 0) return undefined;
    const cards = this.cards();
    const id = subject.kind === 'image' ? subject.modelId : (settings.modelId ?? this.preferredModel);
    return cards.find(card => card.id === id) ?? cards[0];
  }
}
