import type { StudyI18n, StudyWords } from '../run';
import { namespace } from '../../i18n';
import type { TextKey } from '../../i18n/en';
import { de } from './de';
import { en, type StudyTextKey, type StudyTexts } from './en';
import { es } from './es';
import { fr } from './fr';

/** Languages that study mode speaks. */
export const studyBundles: Readonly<Record<string, StudyTexts>> = { en, de, fr, es };

/** Namespace of the texts in the viewer's i18next, where a site may change them or add a language. */
export const studyNamespace = 'ExplainStudy';

/** Texts in the viewer's language. */
export interface StudyTextSource {
  language(): string;
  onChange(listener: () => void): () => void;
  t(key: StudyTextKey, values?: Readonly<Record<string, string | number>>): string;
  words: StudyWords;
  /** A text of the extension's own panel. */
  common(key: TextKey): string;
}

export function studyTexts({
  addTexts,
  textIn,
  language,
  onLanguageChange,
  words,
}: StudyI18n): StudyTextSource {
  addTexts(studyNamespace, studyBundles);
  return {
    language,
    onChange: onLanguageChange,
    t: (key, values) => textIn(studyNamespace, key, values),
    words,
    common: key => textIn(namespace, key),
  };
}
