import { afterEach, expect, test } from 'vitest';
import {
  addTexts,
  addTranslations,
  language,
  onLanguageChange,
  takeHostI18n,
  textIn,
} from '../../src/extension/i18n';
import { translations } from '../../src/extension/i18n/translations';
import { aidColours, aidDoubts, aidNegative } from '../../src/extension/i18n/aid-words';
import { sideText, verdictText } from '../../src/extension/i18n/words';
import { studyBundles, studyNamespace, studyTexts } from '../../src/extension/study/texts';
import { en, type StudyTextKey } from '../../src/extension/study/texts/en';
import { FakeI18n } from '../extension/fakes';

addTranslations(translations);

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
const i18n = {
  addTexts,
  textIn,
  language,
  onLanguageChange,
  words: { verdictText, sideText, aidColours, aidNegative, aidDoubts },
};

afterEach(() => takeHostI18n(undefined));

test.each(Object.entries(studyBundles))('%s says everything, with the same values', (_, texts) => {
  expect(Object.keys(texts).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(texts)) {
    expect(text, key).not.toBe('');
    expect(placeholders(text), key).toEqual(placeholders(en[key as keyof typeof en]));
  }
});

test('German, French and Spanish are translated: no sentence is left in English', () => {
  for (const name of ['de', 'fr', 'es']) {
    const same = (Object.keys(en) as StudyTextKey[]).filter(
      key => studyBundles[name][key] === en[key] && /\p{Ll}{2,} \p{Ll}{2,}/u.test(en[key]),
    );
    expect([name, same]).toEqual([name, []]);
  }
});

test('a region of a language is that language, an unknown one English', () => {
  const texts = studyTexts(i18n);
  takeHostI18n(new FakeI18n('de-CH'));
  expect(texts.t('place', { place: 3, of: 50 })).toBe('Fall 3 von 50');
  takeHostI18n(new FakeI18n('it'));
  expect(texts.t('place', { place: 3, of: 50 })).toBe('Case 3 of 50');
});

test('they lie in the viewer’s i18next, where a site changes them, and follow its language', () => {
  const texts = studyTexts(i18n);
  const host = new FakeI18n('en');
  takeHostI18n(host);
  expect(host.hasResourceBundle('fr', studyNamespace)).toBe(true);
  host.addResourceBundle('en', studyNamespace, { begin: 'Start now' }, true, true);
  expect(texts.t('begin')).toBe('Start now');
  let told = 0;
  const stop = texts.onChange(() => (told += 1));
  host.changeLanguage('es');
  stop();
  expect([told, texts.t('begin')]).toEqual([1, studyBundles.es.begin]);
});
