import { expect, test } from 'vitest';
import { studyBundles, studyTexts } from '../../src/panels/study/texts';
import { en } from '../../src/panels/study/texts/en';

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

test.each(Object.entries(studyBundles))('%s says everything, with the same values', (_, texts) => {
  expect(Object.keys(texts).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(texts)) {
    expect(text, key).not.toBe('');
    expect(placeholders(text), key).toEqual(placeholders(en[key as keyof typeof en]));
  }
});

test('a region of a language is that language, an unknown one English', () => {
  expect(studyTexts('de-CH').t('place', { place: 3, of: 50 })).toBe('Fall 3 von 50');
  expect(studyTexts('it').t('place', { place: 3, of: 50 })).toBe('Case 3 of 50');
});
