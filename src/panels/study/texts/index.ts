import { de } from './de';
import { en, type StudyTextKey, type StudyTexts } from './en';
import { es } from './es';
import { fr } from './fr';

/** Languages that study mode speaks. */
export const studyBundles: Readonly<Record<string, StudyTexts>> = { en, de, fr, es };

/** Texts in a language; English where there are none in it. */
export function studyTexts(language: string): {
  language: string;
  t(key: StudyTextKey, values?: Readonly<Record<string, string | number>>): string;
} {
  const name = [language, language.split('-')[0]].find(each => Object.hasOwn(studyBundles, each)) ?? 'en';
  return {
    language: name,
    t: (key, values = {}) =>
      studyBundles[name][key].replaceAll(/\{\{(\w+)\}\}/g, (_, value: string) => String(values[value])),
  };
}
