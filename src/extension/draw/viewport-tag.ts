import { drawnColours } from './direction';
import { isHatched } from './hatching';
import { isNegative, type Decision } from '../../models/decision';
import { isCapture, tagPlaces, tinyBelow, viewerTexts, type FilmSpan } from './tag-place';
import type { View } from '../store/compare';
import type { Disguise, Result, Settings } from '../store/state';
import { scoreText, t } from '../i18n';
import { aidColours, aidDoubts } from '../i18n/aid-words';
import {
  coloursText,
  doubtsOf,
  methodText,
  negativeText,
  originOf,
  sideText,
  toldOf,
  verdictText,
} from '../i18n/words';

/** A generated image in the film's place, and what the classifier answers to it; absent where it was not asked. */
export interface GeneratedShown {
  decision?: Decision;
}

type Shown = Pick<Settings, 'showHeatMap' | 'showSpread' | 'colours'>;

/**
 * What is said beside the colours on a film: whose they are, what was decided, and whether they can be relied on.
 *
 * @param generated what is in the film's place, without colours
 */
export function tagLines(
  result: Result,
  settings: Shown,
  generated?: GeneratedShown,
): { text: string; warnings: string[] } {
  const { reply, card, method, augment } = result;
  const parts = [
    `${t('tag')} · ${card.id} ${card.version}`,
    answerText(result, generated),
    // Which of a model's generators it was stands in the panel.
    generated ? generatorText(result) : methodText({ method, augment }),
    ...(generated ? doesNotKnow(result, generated) : []),
    ...(generated ? [] : [...meaning(result, settings), ...hatching(result, settings)]),
    ...(settings.showHeatMap && !generated && reply.top > 0 ? [t('ownScaleShort')] : []),
    ...originOf(result),
  ];
  return { text: parts.join(' · '), warnings: [...doubtsOf(reply), ...caution(result)] };
}

/** The same in a viewport too narrow for it all, where it would cover what it speaks of. */
export function shortTagLines(
  result: Result,
  settings: Shown,
  generated?: GeneratedShown,
): ReturnType<typeof tagLines> {
  const { reply, card, method, augment, restored, unverified } = result;
  const averaged = augment ? t('shortAveraged', { made: method.title, count: augment.count }) : method.title;
  const parts = [
    `${t('narrowTag')} · ${card.id} ${card.version}`,
    answerText(result, generated, true),
    generated ? generatorText(result) : averaged,
    ...(generated ? [] : [...meaning(result, settings, true), ...hatching(result, settings)]),
    ...(restored ? [t('shortRestored')] : []),
    ...(unverified ? [t('unverified')] : []),
  ];
  return {
    text: parts.join(' · '),
    warnings: [
      ...(reply.hold === false ? [t('lostHold')] : []),
      ...(reply.flip === false ? [t('lostFlip')] : []),
      ...caution(result),
    ],
  };
}

/** That the panel says something against the explanation: a film of another kind, turned or mirrored, a map without content. */
function caution(result: Result): string[] {
  return toldOf(result.warnings).cautions.length > 0 ? [t('tagCaution')] : [];
}

/** The film's score, and of a generated image its own: never the film's alone under another picture. */
function answerText({ reply }: Result, generated?: GeneratedShown, short = false): string {
  const { classes } = reply.model;
  if (!generated) return sideText(classes, reply.decision, short);
  const film = scoreText(reply.decision.score);
  if (!generated.decision) return t('generatedUnasked', { film });
  return t('generatedAnswer', { film, side: sideText(classes, generated.decision, short) });
}

/** What made a generated image: its generator, in one pass, however many transforms the map is the mean of. */
function generatorText({ method, generator }: Result): string {
  return generator === undefined ? method.title : t('madeByGenerator', { generator });
}

/** What an image without the film's finding cannot show in its place. */
function doesNotKnow({ reply }: Result, { decision }: GeneratedShown): string[] {
  const { kind, decided } = reply.decision;
  const takesAway = kind !== 'classes' && decided === 1 && decision?.decided === 0;
  return takesAway ? [t('oppositeGreyShort')] : [];
}

/** What the colours mean, of a map painted by its direction which way the evidence goes, and what they do not where nothing was found. */
function meaning({ reply, method }: Result, { showHeatMap, colours }: Shown, short = false): string[] {
  if (reply.top === 0) return [t('emptyMapShort')];
  const negative = negativeText(reply, method.map, true) ?? [];
  if (showHeatMap && drawnColours(reply, colours) === 'direction')
    return [t('directionShort')].concat(negative);
  return [coloured(method, short)].concat(negative);
}

/** Where the colours lie, also where x_a kept the answer: that stands below, as a warning. */
function coloured({ map }: Result['method'], short = false): string {
  return coloursText({}, map, short);
}

function hatching({ reply }: Result, { showSpread }: Shown): string[] {
  return showSpread && isHatched(reply) ? [t('hatchedShort')] : [];
}

/**
 * What a reader of a study is told: not the method, and the score only where the study shows it. What was decided belongs to every
 * map, which is read otherwise where nothing was found; so does what the colours mean and whether they can be relied on. Where the
 * study shows no generated images, the words presuppose none; where methods are compared blindly, what would tell them apart is left out.
 */
export function disguisedLines(
  { reply, method }: Result,
  { label, score, images, blind = false }: Disguise,
): ReturnType<typeof tagLines> {
  const says =
    reply.top === 0
      ? [t('emptyMapShort')]
      : [
          ...(blind ? [] : [aidColours(reply, method.map, images)]),
          ...[negativeText(reply, method.map, true) ?? []].flat(),
          t('ownScaleShort'),
        ];
  const answer = (score ? sideText : verdictText)(reply.model.classes, reply.decision);
  const parts = [t('tag'), label, answer, ...says];
  return { text: parts.join(' · '), warnings: blind ? [] : aidDoubts(reply, images) };
}

/**
 * In a viewport that is hardly wider than its icons, as at high zoom: that AI drew there, for research alone, its answer, and that it
 * is in doubt. The score is never without its side of the threshold: alone over a map it would read like a probability.
 */
function tinyTagLines(result: Result, generated?: GeneratedShown): ReturnType<typeof tagLines> {
  const { reply } = result;
  const { classes } = reply.model;
  const own = generated?.decision ? sideText(classes, generated.decision) : '?';
  const answer = generated
    ? `${scoreText(reply.decision.score)} → ${own}`
    : sideText(classes, reply.decision);
  return {
    text: [
      t('narrowTag'),
      answer,
      ...(generated || !isNegative(reply.decision) ? [] : [t('negativeTiny')]),
    ].join('\n'),
    warnings: doubtsOf(reply).length + caution(result).length > 0 ? ['!'] : [],
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

/** What stands on a film, as much as there is room for. */
export function linesFor(
  width: number,
  result: Result,
  settings: Shown,
  generated?: GeneratedShown,
): ReturnType<typeof tagLines> {
  if (width < tinyBelow) return tinyTagLines(result, generated);
  return width < narrow ? shortTagLines(result, settings, generated) : tagLines(result, settings, generated);
}

/**
 * The words that stand on a film, or beside it, as long as anything of ours is drawn there; while the pointer is on them the film shows
 * through. As text, so that OHIF's Capture takes it too.
 */
export class ViewportTag {
  private tag?: HTMLElement;
  private listening?: AbortController;

  constructor(private readonly element: HTMLElement) {}

  /**
   * @param letter of a viewport in a comparison, before the words
   * @param ofAi whether anything of ours is drawn
   * @param film where the film is drawn, if that is known
   */
  show(
    { text: said, warnings }: ReturnType<typeof tagLines>,
    { letter, ofAi = true, film }: { letter?: string; ofAi?: boolean; film?: FilmSpan } = {},
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
    this.put(tag, film);
    this.listen(tag);
  }

  /** Puts the tag into the first place that is high enough for its words. */
  private put(tag: HTMLElement, film?: FilmSpan): void {
    const { element } = this;
    const size = { width: element.clientWidth, height: element.clientHeight };
    const places = tagPlaces(viewerTexts(element), size, isCapture(element) ? undefined : film);
    for (const { left, right, bottom, most } of places) {
      Object.assign(tag.style, { left: `${left}px`, right: `${right}px` });
      tag.style.bottom = `${bottom(tag.offsetHeight)}px`;
      if (tag.offsetHeight <= most) return;
    }
  }

  /** The tag takes no part in the viewer's pointing, so that it is told by the viewport. */
  private listen(tag: HTMLElement): void {
    if (this.listening) return;
    this.listening = new AbortController();
    const options = { signal: this.listening.signal, capture: true, passive: true };
    const fade = (isOn: boolean): void => void (tag.style.opacity = isOn ? '0.1' : '');
    this.element.addEventListener(
      'pointermove',
      ({ clientX: x, clientY: y }) => {
        const { left, right, top, bottom } = tag.getBoundingClientRect();
        fade(x >= left && x <= right && y >= top && y <= bottom);
      },
      options,
    );
    this.element.addEventListener('pointerleave', () => fade(false), { ...options, capture: false });
  }

  hide(): void {
    this.listening?.abort();
    this.tag?.remove();
    this.tag = this.listening = undefined;
  }
}

function createTag(): HTMLElement {
  const tag = document.createElement('div');
  tag.dataset.cy = 'explain-tag';
  tag.setAttribute('role', 'note');
  tag.style.cssText =
    'position:absolute;width:fit-content;padding:2px 6px;pointer-events:none;border-left:3px solid #ffb300;' +
    'background:rgba(11,21,36,0.85);color:#e6edf5;font:11px/14px Inter,system-ui,sans-serif;text-align:left;' +
    'white-space:pre-line;overflow-wrap:anywhere;';
  return tag;
}

function line(text: string, isWarning = false): HTMLElement {
  const row = document.createElement('div');
  row.textContent = text;
  if (isWarning) row.style.cssText = 'color:#ffb300;font-weight:600;';
  return row;
}
