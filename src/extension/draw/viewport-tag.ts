import { drawnColours } from './direction';
import { captureViewportId } from '../host/ohif-types';
import type { View } from '../store/compare';
import type { Disguise, Result, Settings } from '../store/state';
import { scoreText, t } from '../i18n';
import { directionText, doubtsOf, methodText, sideText } from '../i18n/words';

/**
 * What is said beside the colours on a film: whose they are, what was decided, and whether they can be relied on.
 *
 * @param generated a generated image is in the film's place, without colours
 */
export function tagLines(
  { reply, card, method, generator, augment, restored }: Result,
  { showHeatMap, showSpread, colours }: Pick<Settings, 'showHeatMap' | 'showSpread' | 'colours'>,
  generated = false,
): { text: string; warnings: string[] } {
  const parts = [
    `${t('tag')} · ${card.id} ${card.version}`,
    sideText(reply.model.classes, reply.decision),
    methodText({ method, generator, augment }),
    ...(reply.flip === false || generated ? [] : [directionText(reply, method.map)]),
    ...(showHeatMap && !generated ? [t('ownScaleShort')] : []),
    ...(showSpread && reply.spread && !generated ? [t('hatchedShort')] : []),
    ...(showHeatMap && !generated && drawnColours(reply, colours) === 'direction'
      ? [t('directionShort')]
      : []),
    ...(restored ? [t('fromArchive')] : []),
  ];
  return { text: parts.join(' · '), warnings: doubtsOf(reply) };
}

/** The same in a viewport too narrow for it all, where it would cover what it speaks of. */
export function shortTagLines(
  { reply, card, method, restored }: Result,
  generated = false,
): ReturnType<typeof tagLines> {
  const { hold, flip } = reply;
  const parts = [
    `${t('shortTag')} ${card.id}`,
    sideText(reply.model.classes, reply.decision, true),
    method.title,
    ...(flip === false || generated ? [] : [directionText(reply, method.map, true)]),
    ...(restored ? [t('shortRestored')] : []),
  ];
  return {
    text: parts.join(' · '),
    warnings: [...(hold === false ? [t('lostHold')] : []), ...(flip === false ? [t('lostFlip')] : [])],
  };
}

/** What a reader of a study is told: not the method, and the score only where the study shows it. */
export function disguisedLines({ reply }: Result, { label, score }: Disguise): ReturnType<typeof tagLines> {
  const parts = [t('tag'), label, ...(score ? [sideText(reply.model.classes, reply.decision)] : [])];
  return { text: parts.join(' · '), warnings: score ? doubtsOf(reply) : [] };
}

/** In a viewport that is hardly wider than its icons, as at high zoom: that AI drew there, its score, and that it is in doubt. */
function tinyTagLines({ reply }: Result): ReturnType<typeof tagLines> {
  return {
    text: `${t('shortTag')} ${scoreText(reply.decision.score)}`,
    warnings: doubtsOf(reply).length > 0 ? ['!'] : [],
  };
}

/** In a viewport of a comparison where nothing of ours is drawn. */
export function paneLines({
  letter,
  image,
  awaited,
}: NonNullable<View['pane']>): ReturnType<typeof tagLines> {
  const says = awaited ? t('paneAwaited') : t(image === 'film' ? 'paneFilm' : 'paneNothing');
  return { text: `${letter} · ${says}`, warnings: [] };
}

/** Width below which the short words are taken, CSS pixels. */
const narrow = 640;
/** Width below which the shortest are. */
export const tinyBelow = 240;

/** What stands on a film, as much as there is room for. */
export function linesFor(
  width: number,
  result: Result,
  settings: Pick<Settings, 'showHeatMap' | 'showSpread' | 'colours'>,
  generated: boolean,
): ReturnType<typeof tagLines> {
  if (width < tinyBelow) return tinyTagLines(result);
  return width < narrow ? shortTagLines(result, generated) : tagLines(result, settings, generated);
}

/** The words that stand on a film as long as anything of ours is drawn there. As text, so that OHIF's Capture takes it too. */
export class ViewportTag {
  private tag?: HTMLElement;

  constructor(private readonly element: HTMLElement) {}

  /**
   * @param letter of a viewport in a comparison, before the words
   * @param ofAi whether anything of ours is drawn
   */
  show(
    { text: said, warnings }: ReturnType<typeof tagLines>,
    { letter, ofAi = true }: { letter?: string; ofAi?: boolean } = {},
  ): void {
    const text = letter ? `${letter} · ${said}` : said;
    const parent = this.element.querySelector<HTMLElement>('.viewport-element') ?? this.element;
    const tag = (this.tag ??= createTag());
    // Below the annotations, which are the reader's own.
    if (tag.parentElement !== parent) parent.insertBefore(tag, parent.querySelector('svg.svg-layer'));
    const words = [text, ...warnings].join('\n');
    if (tag.dataset.words !== words) {
      tag.dataset.words = words;
      tag.replaceChildren(line(text), ...warnings.map(warning => line(warning, true)));
    }
    tag.dataset.ai = String(ofAi);
    tag.style.borderLeftColor = ofAi ? '#ffb300' : '#6b7f95';
    // Beside the viewer's icons at the edges, where there is room beside them.
    tag.style.left = tag.style.right = this.element.clientWidth < tinyBelow ? '0' : '34px';
    tag.style.bottom = `${bottomOf(this.element, tag.offsetHeight)}px`;
  }

  hide(): void {
    this.tag?.remove();
    this.tag = undefined;
  }
}

function createTag(): HTMLElement {
  const tag = document.createElement('div');
  tag.dataset.cy = 'explain-tag';
  tag.setAttribute('role', 'note');
  tag.style.cssText =
    'position:absolute;padding:2px 6px;pointer-events:none;border-left:3px solid #ffb300;' +
    'background:rgba(11,21,36,0.85);color:#e6edf5;font:11px/14px Inter,system-ui,sans-serif;text-align:left;';
  return tag;
}

function line(text: string, isWarning = false): HTMLElement {
  const row = document.createElement('div');
  row.textContent = text;
  if (isWarning) row.style.cssText = 'color:#ffb300;font-weight:600;';
  return row;
}

/** Where the Capture puts its own "Not For Diagnostic Use" on the picture, CSS pixels from the lower edge. */
const captureBadge = { above: 54, below: 0 };

/**
 * Distance from the lower edge at which the tag lies on none of the viewer's own texts: below them where it fits, else above.
 * CSS pixels.
 */
function bottomOf(element: HTMLElement, height: number): number {
  const pane = element.closest('[data-cy="viewport-pane"]') ?? element;
  const { bottom } = element.getBoundingClientRect();
  const texts = [...pane.querySelectorAll('.overlay-bottom')]
    .map(text => text.getBoundingClientRect())
    .filter(box => box.height > 0);
  const places = texts.map(box => ({ above: bottom - box.top, below: bottom - box.bottom }));
  const isCapture = element.dataset?.viewportUid === captureViewportId;
  return tagBottom(isCapture ? [...places, captureBadge] : places, height);
}

/**
 * @param texts distances of the upper and the lower edges of the texts from the viewport's lower edge, CSS pixels
 * @param height of the tag
 */
export function tagBottom(texts: readonly { above: number; below: number }[], height: number): number {
  const gap = 2;
  const lowest = Math.min(...texts.map(({ below }) => below));
  return lowest >= height + 2 * gap ? gap : Math.max(...texts.map(({ above }) => above)) + gap;
}
