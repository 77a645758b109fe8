import type { EarlyMap } from '../../explain/explain-film';
import { spoken } from '../i18n/spoken';
import type { CompareLayout } from './explain-host';
import type { Parts } from './parts';
import {
  currentResultOf,
  isBusy,
  paneLetter,
  type AskedMethod,
  type ComparedPane,
  type Comparison,
  type PaneCount,
  type PaneImage,
  type Result,
} from './state';

/** What a viewport shows of a film: outside a comparison, the explanation that counts. */
export interface View {
  result?: Result;
  /** The map of one that is being made. */
  early?: EarlyMap;
  pane?: { letter: string; image: PaneImage; awaited?: AskedMethod };
}

/** One film in several viewports, each with a map or image of its own. */
export class Compare {
  /** @param run makes an explanation of the film in a viewport */
  constructor(
    private readonly parts: Parts,
    private readonly layout: () => CompareLayout | undefined,
    private readonly run: (viewportId: string, asked: AskedMethod) => Promise<Result | undefined>,
  ) {}

  /** @returns false where the viewer cannot lay viewports out */
  start(count: PaneCount): boolean {
    const { store, explanations } = this.parts;
    const result = currentResultOf(store.getState());
    const outcome = this.parts.host()?.findTarget();
    if (!result || !outcome || 'refusal' in outcome) return true;
    const viewportIds = this.layout()?.enter(outcome.target, count);
    if (!viewportIds) return false;
    const before = store.getState().comparison;
    const kept = before?.imageId === result.imageId ? before.panes : [];
    const others = explanations.ofFilm(result.imageId).filter(({ key }) => key !== result.key);
    const usual = usualPanes(result, others.at(-1));
    const panes = viewportIds.map((viewportId, index): ComparedPane => ({
      ...(kept[index] ?? usual[index]),
      viewportId,
    }));
    store.update({ comparison: { imageId: result.imageId, panes } });
    return true;
  }

  /** The viewer's layout as it was. */
  stop(): void {
    if (!this.parts.store.getState().comparison) return;
    this.layout()?.leave();
    this.parts.store.update({ comparison: undefined });
  }

  /** Which image a viewport shows, or of which finished explanation. */
  set(index: number, change: Partial<Pick<ComparedPane, 'image' | 'key'>>): void {
    this.change(index, change);
    this.follow();
  }

  /** Has an explanation made and shows it in a viewport. Failures end up in the state. */
  async make(index: number, asked: AskedMethod): Promise<void> {
    const { store, explanations } = this.parts;
    const { comparison } = store.getState();
    const pane = comparison?.panes[index];
    if (!comparison || !pane || isBusy(explanations.of(comparison.imageId).phase)) return;
    this.change(index, { awaited: asked });
    const result = await this.run(pane.viewportId, asked);
    this.change(index, { awaited: undefined, ...(result && { key: result.key }) });
    // The viewport goes back to what it showed, so the reason is told beside it.
    const now = explanations.of(comparison.imageId);
    if (now.phase === 'failed') {
      store.update({ notice: { kind: 'error', text: spoken(now.message) } });
      explanations.show(pane.key);
    }
    this.follow();
  }

  /** An image could not be made: the viewports that were to show it show the film. */
  filmInstead({ key }: Result, image: string): void {
    this.parts.store.getState().comparison?.panes.forEach((pane, index) => {
      if (pane.key === key && pane.image === image) this.change(index, { image: 'film' });
    });
  }

  /** An explanation was made by way of the panel: the viewport shows it. */
  take(viewportId: string | undefined, { key }: Result): void {
    const { comparison } = this.parts.store.getState();
    const index = comparison?.panes.findIndex(pane => pane.viewportId === viewportId) ?? -1;
    if (index < 0) return;
    const { image } = comparison!.panes[index];
    this.change(index, { key, image: image === 'film' ? 'map' : image });
  }

  /** The viewport that is worked in settles which explanation the panel speaks of; another layout ends the comparison. */
  follow(): void {
    const { store, explanations } = this.parts;
    const { comparison, subject } = store.getState();
    if (!comparison) return;
    if (!this.layout()?.holds(comparison.panes.map(({ viewportId }) => viewportId))) {
      this.layout()?.abandon();
      store.update({ comparison: undefined });
      return;
    }
    if (subject.kind !== 'image' || subject.imageId !== comparison.imageId) return;
    const pane = comparison.panes.find(({ viewportId }) => viewportId === subject.viewportId);
    if (pane) explanations.show(pane.key);
  }

  /** What a viewport is to show of a film. */
  view(viewportId: string, imageId: string): View {
    const { store, explanations } = this.parts;
    const pane = paneOf(store.getState().comparison, viewportId, imageId);
    if (!pane) {
      const explanation = explanations.of(imageId);
      if (explanation.phase === 'done') return { result: explanation.result };
      return explanation.phase === 'running' ? { early: explanation.early } : {};
    }
    const { image, awaited, key, letter } = pane;
    return { result: explanations.find(key), pane: { letter, image, awaited } };
  }

  isShown(key: string): boolean {
    return this.parts.store.getState().comparison?.panes.some(pane => pane.key === key) ?? false;
  }

  private change(index: number, change: Partial<ComparedPane>): void {
    const { comparison } = this.parts.store.getState();
    if (!comparison?.panes[index]) return;
    const panes = comparison.panes.map((pane, at) => (at === index ? { ...pane, ...change } : pane));
    this.parts.store.update({ comparison: { ...comparison, panes } });
  }
}

function paneOf(
  comparison: Comparison | undefined,
  viewportId: string,
  imageId: string,
): (ComparedPane & { letter: string }) | undefined {
  if (comparison?.imageId !== imageId) return undefined;
  const index = comparison.panes.findIndex(pane => pane.viewportId === viewportId);
  return index < 0 ? undefined : { ...comparison.panes[index], letter: paneLetter(index) };
}

/** The film beside its map, then the opposite image, then the map of another method where one was made. */
function usualPanes({ key, reply }: Result, other: Result | undefined): Omit<ComparedPane, 'viewportId'>[] {
  const similar = reply.hasSimilar && reply.similarIsOriginal !== true;
  return [
    { image: 'film', key },
    { image: 'map', key },
    { image: reply.hasAdversarial ? 'adversarial' : 'film', key },
    other ? { image: 'map', key: other.key } : { image: similar ? 'similar' : 'film', key },
  ];
}
