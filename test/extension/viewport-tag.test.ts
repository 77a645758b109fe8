import { describe, expect, onTestFinished, test } from 'vitest';
import { methods } from '../../src/explain';
import { pairMap } from '../../src/explain/maps';
import { defaultSettings, type Result } from '../../src/extension/store/state';
import { disguisedLines, linesFor, shortTagLines, tagLines } from '../../src/extension/draw/viewport-tag';
import { addTranslations, takeHostI18n } from '../../src/extension/i18n';
import { aidNegative } from '../../src/extension/i18n/aid-words';
import { translations } from '../../src/extension/i18n/translations';
import { FakeI18n, shownResult } from './fakes';

addTranslations(translations);

/** Of a method whose map is |x_s − x_a|. */
function result(change: Partial<Result['reply']> = {}, more: Partial<Result> = {}): Result {
  return shownResult(change, { method: { ...shownResult().method, map: pairMap }, ...more });
}

test('says whose colours they are, the answer and its side, the method and the direction', () => {
  expect(tagLines(result(), defaultSettings)).toEqual({
    text:
      'AI, research use only · cxr 1.0.0 · Score 0.800, above the threshold 0.400 · SA · ' +
      'Coloured: where the opposite image (x_a) differs · colours up to the map’s own maximum',
    warnings: [],
  });
});

test('over a generated image its own score stands beside the film’s, and no colours are spoken of', () => {
  const generated = {
    decision: { kind: 'operating-point', score: 0.03, decided: 0, operatingPoint: 0.4 },
  } as const;
  expect(tagLines(result(), defaultSettings, generated).text).toBe(
    'AI, research use only · cxr 1.0.0 · Film: score 0.800 → this generated image: Score 0.030, not above the threshold 0.400 · generator single2 · does not know what lies behind a finding',
  );
  expect(shortTagLines(result(), defaultSettings, generated).text).toBe(
    'AI, research only · cxr 1.0.0 · Film: score 0.800 → this generated image: Score 0.030, not above 0.400 · generator single2',
  );
  expect(shortTagLines(result(), defaultSettings, {}).text).toContain('this generated image: not scored');
  expect(linesFor(100, result(), defaultSettings, generated).text).toBe(
    'AI, research only\n0.800 → Score 0.030, not above the threshold 0.400',
  );
  expect(linesFor(100, result(), defaultSettings, {}).text).toBe('AI, research only\n0.800 → ?');
});

test('a generated image is of one pass, and names its generator, whatever the map is the mean of', () => {
  const averaged = result({}, { augment: { count: 40, seed: 0 } });
  expect(tagLines(averaged, defaultSettings).text).toContain('SA, averaged over 40 transforms');
  for (const lines of [tagLines, shortTagLines]) {
    expect(lines(averaged, defaultSettings, {}).text).toMatch(/ · generator single2$/);
    expect(lines(averaged, defaultSettings, {}).text).not.toMatch(/40|SA/);
  }
  const alone = result({}, { generator: undefined });
  expect(tagLines(alone, defaultSettings, {}).text).toMatch(/ · SA$/);
});

test('where nothing was found the tag says what its place is not, but not over a generated image', () => {
  const decision = { kind: 'operating-point', score: 0.2, decided: 0, operatingPoint: 0.4 } as const;
  const says = 'no finding marked: the place says little';
  for (const lines of [tagLines, shortTagLines]) {
    expect(lines(result({ decision }), defaultSettings).text).toContain(says);
    expect(lines(result({ decision }), defaultSettings, {}).text).not.toContain(says);
    expect(lines(result(), defaultSettings).text).not.toContain(says);
  }
});

test('an x_a that keeps the decision is warned of, beside what the colours mean', () => {
  const { text, warnings } = tagLines(result({ flip: false }), defaultSettings);
  expect(warnings).toEqual([
    'The opposite image (x_a) does NOT change the decision: the map may miss what decided',
  ]);
  expect(text).toContain('Coloured: where the opposite image (x_a) differs');
});

describe('a reader of a study', () => {
  const told = { label: 'Film and map', score: false, images: false };
  const decision = { kind: 'operating-point', score: 0.2, decided: 0, operatingPoint: 0.4 } as const;

  test('is told what was decided and what the colours mean, also without the score', () => {
    expect(disguisedLines(result(), told)).toEqual({
      text:
        'AI, research use only · Film and map · Found by this classifier: yes · ' +
        'Coloured: where AI changes the film in order to turn the classifier’s answer · colours up to the map’s own maximum',
      warnings: [],
    });
    expect(disguisedLines(result(), { ...told, images: true }).text).toContain(
      'Coloured: where the opposite image (x_a) differs',
    );
    expect(disguisedLines(result(), { ...told, score: true }).text).toContain('Score 0.800, above');
  });

  test('is told of a film without finding that the map marks none', () => {
    const { text } = disguisedLines(result({ decision }), told);
    expect(text).toContain('No yes found by this classifier');
    expect(text).toContain('no finding marked: the place says little');
    expect(text).not.toContain('0.2');
  });

  test('is told whether the map is in doubt, with the meaning of its colours', () => {
    const doubtful = disguisedLines(result({ flip: false, hold: false }), told);
    expect(doubtful.text).toContain('Coloured: where AI changes the film');
    expect(doubtful.warnings).toHaveLength(2);
  });

  test.each(Object.keys(translations))(
    'in %s is told of no generated image where the study shows none',
    name => {
      takeHostI18n(new FakeI18n(name));
      onTestFinished(() => takeHostI18n(undefined));
      for (const { map } of methods) {
        for (const change of [{ flip: false, hold: false }, { decision }]) {
          const method = { ...shownResult().method, map };
          const { text, warnings } = disguisedLines(shownResult(change, { method }), told);
          const said = [
            text,
            ...warnings,
            aidNegative(shownResult(change).reply, map, { ...told, blind: false }),
          ];
          expect(said.join('\n')).not.toMatch(
            /x_[as]|opposite image|Gegenbild|image opposée|imagen opuesta/i,
          );
        }
      }
    },
  );

  test('is told of the opposite image where the study shows it', () => {
    const shown = disguisedLines(result({ flip: false, hold: false }), { ...told, images: true });
    expect(shown.warnings.join()).toMatch(/x_s.*x_a/);
  });

  test('is told the decision and no more where methods are compared blindly, each in the same words', () => {
    const blind = { ...told, label: 'A', blind: true };
    const gradCam = shownResult({ decision }, { method: { ...shownResult().method, map: undefined } });
    const lines = disguisedLines(result({ decision }), blind);
    expect(lines).toEqual({
      text:
        'AI, research use only · A · No yes found by this classifier · no finding marked: the place says little · ' +
        'colours up to the map’s own maximum',
      warnings: [],
    });
    expect(disguisedLines(result({ decision, flip: false, hold: false }), blind)).toEqual(lines);
    expect(disguisedLines(gradCam, blind)).toEqual(lines);
  });
});

test('without the heat map nothing is said of its colours; what the archive held is named so', () => {
  const settings = { ...defaultSettings, showHeatMap: false };
  const { text } = tagLines(result({}, { restored: true }), settings);
  expect(text).not.toContain('maximum');
  expect(text).toMatch(/read from the archive$/);
});

test('in a narrow viewport the words are short, and score, side, direction and doubts still there', () => {
  expect(shortTagLines(result(), defaultSettings)).toEqual({
    text: 'AI, research only · cxr 1.0.0 · Score 0.800, above 0.400 · SA · where x_a differs',
    warnings: [],
  });
  expect(shortTagLines(result({ hold: false, flip: false }), defaultSettings)).toEqual({
    text: 'AI, research only · cxr 1.0.0 · Score 0.800, above 0.400 · SA · where x_a differs',
    warnings: ['x_s loses the decision', 'x_a does NOT change the decision'],
  });
});

test('in a narrow viewport a single pass and a mean, hatching and direction are told apart', () => {
  const averaged = result(
    {
      spread: new Float32Array(1),
      signed: new Float32Array(1),
      stability: { correlation: 1, differing: 0.1 },
    },
    { augment: { count: 10, seed: 0 } },
  );
  const settings = { ...defaultSettings, showSpread: true, colours: 'direction' } as const;
  expect(shortTagLines(averaged, settings).text).toBe(
    'AI, research only · cxr 1.0.0 · Score 0.800, above 0.400 · SA, mean of 10 · ' +
      'orange: evidence goes down in x_a, blue: up · hatched: transforms disagree',
  );
});

test('of a map that marks nothing nothing is said to be coloured or hatched', () => {
  const decision = { kind: 'operating-point', score: 0.2, decided: 0, operatingPoint: 0.4 } as const;
  const empty = result(
    { top: 0, spread: Float32Array.of(1, 1, 1, 1), decision, flip: false },
    { augment: { count: 10, seed: 0 } },
  );
  const settings = { ...defaultSettings, showSpread: true };
  for (const { text } of [
    tagLines(empty, settings),
    shortTagLines(empty, settings),
    disguisedLines(empty, { label: 'A', score: true, images: true }),
  ]) {
    expect(text).toContain('the map marks nothing: nothing is coloured');
    expect(text).not.toMatch(/Coloured:|hatched|where x_a|own maximum|place says|colours do/);
  }
  // Of transforms that agree everywhere nothing is hatched either.
  const alike = result({ spread: new Float32Array(4), stability: { correlation: 1, differing: 0 } });
  expect(tagLines(alike, settings).text).not.toContain('hatched');
  // Where one half of the transforms is the same everywhere there are no figures, and the map is hatched all the same.
  const halfEmpty = result({ map: Float32Array.of(1, 0, 0, 0), spread: Float32Array.of(2, 0, 0, 0) });
  expect(tagLines(halfEmpty, settings).text).toContain('hatched');
});

test('the words are as many as the viewport has room for; in the smallest the answer and its doubt remain', () => {
  const at = (width: number, change = {}) => linesFor(width, result(change), defaultSettings);
  expect(at(800)).toEqual(tagLines(result(), defaultSettings));
  expect(at(639)).toEqual(shortTagLines(result(), defaultSettings));
  const text = 'AI, research only\nScore 0.800, above the threshold 0.400';
  expect(at(100)).toEqual({ text, warnings: [] });
  expect(at(100, { flip: false })).toEqual({ text, warnings: ['!'] });
});
