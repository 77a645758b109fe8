import { transfer } from '../../workers/port';
import { endsWorker, failureOf } from '../failure';
import type * as Drawing from '../others';
import type { ShownOther } from './other-types';
import type { Parts } from './parts';
import type { OtherListing } from './state';

type Known = { phase: 'reading' } | { phase: 'failed'; message: string } | ({ phase: 'shown' } & ShownOther);

/** Objects that are shown at once at most: a map of a film of 9 megapixels takes 36 MB. */
const mostShown = 6;

/** Shows objects of other software over the image on display, when asked to; what draws them is fetched then. */
export class OtherResults {
  /** What draws them, once it is there. */
  drawing?: typeof Drawing;
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly parts: Parts,
    private readonly fetchDrawing: () => Promise<typeof Drawing>,
  ) {}

  /** Lists anew what there is for the image on display. */
  refresh(): void {
    const { store } = this.parts;
    const host = this.parts.host();
    const outcome = host?.findTarget();
    const found = host && outcome && 'target' in outcome ? host.others(outcome.target) : [];
    const imageId = outcome && 'target' in outcome ? outcome.target.imageId : '';
    const others = found.map(about => ({ ...about, ...this.stateOf(keyOf(imageId, about.uid)) }));
    if (JSON.stringify(others) !== JSON.stringify(store.getState().others)) store.update({ others });
  }

  /** What is shown over an image, in the order in which it was asked for. */
  shownOn(imageId: string): ShownOther[] {
    return [...this.known.values()].filter(
      one => one.phase === 'shown' && one.imageId === imageId,
    ) as (Known & ShownOther)[];
  }

  /** Reads an object and shows it over the image on display. Failures end up in the listing. */
  async show(uid: string): Promise<void> {
    const { keeper } = this.parts;
    const host = this.parts.host();
    const outcome = host?.findTarget();
    if (!host || !outcome || 'refusal' in outcome) return;
    const { target } = outcome;
    const about = host.others(target).find(one => one.uid === uid);
    const key = keyOf(target.imageId, uid);
    if (!about || this.known.get(key)?.phase === 'reading') return;
    const reading: Known = { phase: 'reading' };
    const become = (next: Known): void => {
      // One that was switched off meanwhile stays off.
      if (this.known.get(key) !== reading) return;
      this.known.set(key, next);
      this.refresh();
      this.redraw();
    };
    this.known.set(key, reading);
    this.refresh();
    try {
      const film = host.filmOf(target);
      const [engine, file, drawing] = await Promise.all([
        keeper.ensure(),
        host.fetchObject(uid),
        this.drawing ?? this.fetchDrawing(),
      ]);
      this.drawing = drawing;
      const result = await engine.call('readOther', transfer({ file, film }, file.buffer));
      become({ phase: 'shown', about, imageId: target.imageId, film, result, layer: 0 });
      this.parts.store.update({ outputVisible: true });
      this.letGo();
    } catch (error) {
      const { code, message } = failureOf(error);
      if (endsWorker(code) && code !== 'cancelled') keeper.failed(error);
      become({ phase: 'failed', message });
    }
  }

  hide(uid: string): void {
    const { subject } = this.parts.store.getState();
    if (subject.kind === 'image') this.known.delete(keyOf(subject.imageId, uid));
    this.refresh();
    this.redraw();
  }

  /** Of an object with several maps, the one that is shown. */
  choose(uid: string, layer: number): void {
    const { subject } = this.parts.store.getState();
    const shown = subject.kind === 'image' && this.known.get(keyOf(subject.imageId, uid));
    if (!shown || shown.phase !== 'shown') return;
    shown.layer = layer;
    this.refresh();
    this.redraw();
  }

  /** The mode was left. */
  forgetAll(): void {
    this.known.clear();
  }

  private stateOf(key: string): Pick<OtherListing, 'phase' | 'failure' | 'maps' | 'layer' | 'skipped'> {
    const known = this.known.get(key) ?? { phase: 'off' as const };
    if (known.phase === 'failed') return { phase: 'failed', failure: known.message };
    if (known.phase !== 'shown') return { phase: known.phase };
    const { layers, skipped } = known.result;
    const maps = layers.flatMap(({ kind, label }) => (kind === 'map' ? [label] : []));
    return { phase: 'shown', maps, layer: known.layer, skipped };
  }

  /** Takes the one away that is shown for the longest time. */
  private letGo(): void {
    const shown = [...this.known].filter(([, { phase }]) => phase === 'shown');
    if (shown.length <= mostShown) return;
    this.known.delete(shown[0][0]);
    this.refresh();
  }

  /** Views draw when the state changes; what is shown is no part of it, for its size. */
  private redraw(): void {
    this.parts.store.update({});
  }
}

function keyOf(imageId: string, uid: string): string {
  return `${imageId} ${uid}`;
}
