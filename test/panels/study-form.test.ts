import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { addTranslations } from '../../src/extension/i18n';
import { translations } from '../../src/extension/i18n/translations';
import * as aidWords from '../../src/extension/i18n/aid-words';
import { sideText, verdictText } from '../../src/extension/i18n/words';
import type { StudyState } from '../../src/extension/study/state';
import type { StudyService } from '../../src/extension/study/study-service';
import { en, type StudyTextKey } from '../../src/extension/study/texts/en';
import { Study } from '../../src/panels/study/context';
import { StudyForm } from '../../src/panels/study/StudyForm';
import { shownResult } from '../extension/fakes';

addTranslations(translations);

/** The form beside a film with a map. */
function form(aid: Partial<NonNullable<NonNullable<StudyState['arm']>['aid']>>): string {
  const state = {
    phase: {
      kind: 'reading',
      paused: false,
      step: { reading: { case: 'c1', arm: 'aided' }, place: 1, of: 2 },
    },
    plan: { question: 'Opacity?', rating: { kind: 'percent', ends: ['no', 'yes'] }, arms: [] },
    arm: {
      label: 'Film and map',
      aid: { result: shownResult(), gradient: '', score: false, images: false, blind: false, ...aid },
    },
    draft: { boxes: [] },
    lacks: [],
    delivery: { waiting: 0, delivered: 0, refused: 0 },
  } as unknown as StudyState;
  const service = { subscribe: () => () => {}, getState: () => state } as unknown as StudyService;
  const texts = {
    t: (key: StudyTextKey) => en[key],
    words: { ...aidWords, sideText, verdictText },
    language: () => 'en',
    onChange: () => () => {},
  };
  return renderToStaticMarkup(
    createElement(Study.Provider, { value: { service, texts } as never }, createElement(StudyForm)),
  );
}

const decision = { kind: 'operating-point', score: 0.2, decided: 0, operatingPoint: 0.4 } as const;

test.each([false, true])(
  'a map is never without what was decided (blind arms: %s), the score only where asked for',
  blind => {
    const found = form({ blind });
    expect(found).toContain('Found by this classifier: yes');
    expect(found).not.toContain('explain-study-negative');
    const none = form({ blind, result: shownResult({ decision }) });
    expect(none).toContain('No yes found by this classifier');
    expect(none).toContain('explain-study-negative');
    expect(none).not.toContain('0.200');
    expect(form({ blind, score: true })).toContain('Score 0.800, above the threshold 0.400');
  },
);

test('an x_a that keeps the answer is told beside what the colours mean', () => {
  const said = form({ result: shownResult({ flip: false }) });
  expect(said).toContain('explain-study-doubt');
  expect(said).toContain('explain-study-colours');
  // No generated image is shown in this study.
  expect(said).not.toMatch(/x_[as]|opposite image/);
});
