import { de } from './de';
import type { Texts } from './en';
import { es } from './es';
import { fr } from './fr';

/** The texts in all languages but English: a file of their own, fetched where the viewer's language is one of them. */
export const translations = { de, fr, es } satisfies Record<string, Texts>;
