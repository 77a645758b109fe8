import { detectLanguage } from './detect';
import { en, type TextKey, type Texts } from './en';
import type { translations } from './translations';

/**
 * Texts in the viewer's language. They lie in the viewer's own i18next as resource bundles of the namespace `Explain`, where a
 * hospital may change them or add a language; without one, the same files are looked up here. Plurals and numbers are
 * Intl's, so that they are the same in both. English is always there; the translations are fetched once another language is
 * asked for, and texts are English until they are there.
 */

/** What is used of the viewer's i18next instance. */
export interface HostI18n {
  language: string;
  addResourceBundle(
    language: string,
    namespace: string,
    texts: object,
    deep: boolean,
    overwrite: boolean,
  ): unknown;
  hasResourceBundle(language: string, namespace: string): boolean;
  getResource(language: string, namespace: string, key: string): unknown;
  on(event: 'languageChanged', listener: () => void): unknown;
  off(event: 'languageChanged', listener: () => void): unknown;
}

/** Namespace of the texts in the viewer's i18next. */
export const namespace = 'Explain';

/** Fetched texts, by language. */
type Translations = Readonly<Record<keyof typeof translations, Texts>>;

/** Languages whose texts are fetched when they are asked for. */
const translated: Readonly<Record<Exclude<keyof Translations, 'en'>, true>> = {
  de: true,
  fr: true,
  es: true,
};

/** Texts that are there, by language; English gains the sentences of `said.ts` with the translations. */
const bundles: Record<string, Readonly<Record<string, string>>> = { en };

/** Text of which there is one entry a plural category. */
type PluralKey = TextKey extends infer Key ? (Key extends `${infer Base}_one` ? Base : never) : never;
type PlainKey = Exclude<TextKey, `${PluralKey}_${string}`>;
type Placeholder<Text extends string> = Text extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;
type ValuesOf<Key extends TextKey> = [Placeholder<(typeof en)[Key]>] extends [never]
  ? []
  : [values: Readonly<Record<Placeholder<(typeof en)[Key]>, string | number>>];

/** Texts of a part that is loaded later, by language: its own namespace in the viewer's i18next. */
type TextBundles = Readonly<Record<string, Readonly<Record<string, string>>>>;

const spaces = new Map<string, TextBundles>([[namespace, bundles]]);
let host: HostI18n | undefined;
let detected: string | undefined;
let fetchTranslations: (() => Promise<Translations>) | undefined;
const listeners = new Set<() => void>();
const tellAll = (): void => [...listeners].forEach(listener => listener());

/** Takes the viewer's i18next instance; the texts go into it, below those that were put there before. */
export function takeHostI18n(given: HostI18n | undefined): void {
  if (given === host) return;
  host?.off('languageChanged', changeLanguage);
  const before = language();
  host = given;
  if (given) {
    for (const [space, texts] of spaces) addToHost(given, space, texts);
    given.on('languageChanged', changeLanguage);
  }
  fetchIfAsked();
  if (language() !== before) tellAll();
}

function changeLanguage(): void {
  fetchIfAsked();
  tellAll();
}

/** Says where the translations are fetched from once a language needs them. */
export function translationsFrom(fetch: () => Promise<Translations>): void {
  fetchTranslations = fetch;
  fetchIfAsked();
}

/** Puts the translations beside the English texts, and into the viewer's i18next. */
export function addTranslations(texts: Translations): void {
  const before = language();
  Object.assign(bundles, texts);
  if (host) addToHost(host, namespace, texts);
  if (language() !== before) tellAll();
}

/** Fetches the translations, once, where the viewer's language is one of theirs; texts stay English where that fails. */
function fetchIfAsked(): void {
  const fetch = fetchTranslations;
  if (!fetch || !wantedNames().some(isOther)) return;
  fetchTranslations = undefined;
  fetch().then(addTranslations, (error: unknown) => {
    fetchTranslations = fetch; // asked again when the language changes
    console.warn('Explain: the texts of this language could not be fetched, they stay English.', error);
  });
}

/** Whether it is a language with texts that is not English: ours, or one that a hospital put into the viewer's i18next. */
function isOther(name: string): boolean {
  if (name.split('-')[0] === 'en') return false;
  return Object.hasOwn(translated, name) || host?.hasResourceBundle(name, namespace) === true;
}

/** English texts that are there. */
export function englishTexts(): Readonly<Record<string, string>> {
  return bundles.en;
}

/** Adds the texts of a further namespace to the viewer's i18next, now and to one that is found later. */
export function addTexts(space: string, texts: TextBundles): void {
  spaces.set(space, texts);
  if (host) addToHost(host, space, texts);
}

function addToHost(given: HostI18n, space: string, bundlesOf: TextBundles): void {
  for (const [name, texts] of Object.entries(bundlesOf))
    given.addResourceBundle(name, space, texts, true, false);
}

/** Called whenever the viewer's language changes. @returns what ends it */
export function onLanguageChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Language of the texts: the viewer's where there are texts in it, else English. BCP 47, e.g. `de`, `pt-BR`. */
export function language(): string {
  return wantedNames().find(isKnown) ?? 'en';
}

/** What the viewer asks for, the exact name first: `de-AT`, `de`. */
function wantedNames(): readonly string[] {
  const wanted = host?.language ?? (detected ??= detectLanguage());
  return [wanted, wanted.split('-')[0]];
}

function isKnown(name: string): boolean {
  return Object.hasOwn(bundles, name) || host?.hasResourceBundle(name, namespace) === true;
}

function templateOf(key: string): string | undefined {
  return templateIn(namespace, key);
}

/** A text of a namespace in the viewer's language, its values as placeholders; undefined where there is none. */
function templateIn(space: string, key: string): string | undefined {
  const name = language();
  const given = host?.getResource(name, space, key);
  return typeof given === 'string' ? given : spaces.get(space)?.[name]?.[key];
}

/** A text of a namespace that was added; English where there is none in the viewer's language. */
export function textIn(
  space: string,
  key: string,
  values?: Readonly<Record<string, string | number>>,
): string {
  return filled(templateIn(space, key) ?? spaces.get(space)?.en?.[key] ?? key, values);
}

/** A text in the viewer's language; numbers among the values are written as that language writes them. */
export function t<Key extends PlainKey>(key: Key, ...[values]: ValuesOf<Key>): string {
  return filled(templateOf(key) ?? en[key], values);
}

/** A text that depends on a number, which is also its value `count`. */
export function plural<Key extends PluralKey>(
  key: Key,
  count: number,
  values?: Readonly<Record<string, string | number>>,
): string {
  const category = new Intl.PluralRules(language()).select(count);
  const template = templateOf(`${key}_${category}`) ?? templateOf(`${key}_other`) ?? en[`${key}_other`];
  return filled(template, { ...values, count });
}

/** A template with its values in place. */
function filled(template: string, values?: Readonly<Record<string, string | number>>): string {
  if (!values) return template;
  return template.replaceAll(/\{\{(\w+)\}\}/g, (placeholder, name: string) => {
    const value = values[name];
    return typeof value === 'number' ? numberText(value) : (value ?? placeholder);
  });
}

/** 0.5 → "0.5", in German "0,5". Without digits: at most three behind the point. */
export function numberText(value: number, digits?: number): string {
  const exactly = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language(), digits === undefined ? {} : exactly).format(value);
}

/** 0.0372 with two digits → "0.037": so many digits that count. */
export function precisionText(value: number, digits: number): string {
  return new Intl.NumberFormat(language(), {
    minimumSignificantDigits: digits,
    maximumSignificantDigits: digits,
  }).format(value);
}

/** 10 → "10 %", 0.5 → "0.5 %". */
export function percentText(percent: number): string {
  return t('percent', {
    number: new Intl.NumberFormat(language(), { maximumFractionDigits: 1 }).format(percent),
  });
}

/** 0.9371 → "0.937", in German "0,937". */
export function scoreText(score: number): string {
  return numberText(score, 3);
}
