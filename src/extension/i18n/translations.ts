import { de } from './de';
import { en as english, type Texts } from './en';
import { es } from './es';
import { fr } from './fr';
import { said } from './said';

const en = { ...english, ...said };

/** The texts in all languages, English with the sentences that are translated: a file of their own, fetched where the viewer's language is not English. */
export const translations = { en, de, fr, es } satisfies Record<string, Texts>;
