import { most, nothingToShow, tooMany } from './reading';
import type { Colour, Label, OtherResult, Shape } from './types';

/** Gathers graphics under the words that stand for them, and counts what cannot be shown. */
export class Drawings {
  private readonly layers = new Map<string, { colour: Colour; shapes: Shape[]; texts: Label[] }>();
  private shapes = 0;
  private points = 0;
  private skipped = 0;

  /** @param colour of the words where they come for the first time, by their number */
  add(label: string, colour: (index: number) => Colour, graphic: Shape | Label): void {
    this.shapes++;
    this.points += 'points' in graphic ? graphic.points.length / 2 : 1;
    if (this.shapes > most.shapes) throw tooMany(most.shapes);
    if (this.points > most.points) throw tooMany(most.points);
    // The last one takes what would be one too many.
    const name = this.layers.has(label) || this.layers.size < most.layers - 1 ? label : '…';
    let layer = this.layers.get(name);
    if (!layer) {
      layer = { colour: colour(this.layers.size), shapes: [], texts: [] };
      this.layers.set(name, layer);
    }
    if ('text' in graphic) layer.texts.push(graphic);
    else layer.shapes.push(graphic);
  }

  skip(): void {
    this.skipped++;
  }

  /** @throws DicomImageError where nothing was gathered */
  result(): OtherResult {
    if (this.layers.size === 0) throw nothingToShow();
    const layers = [...this.layers].map(([label, layer]) => ({ kind: 'drawing' as const, label, ...layer }));
    return { layers, skipped: this.skipped };
  }
}
