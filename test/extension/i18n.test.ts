import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  addTranslations,
  language,
  namespace,
  numberText,
  onLanguageChange,
  percentText,
  plural,
  t,
  takeHostI18n,
  translationsFrom,
} from '../../src/extension/i18n';
import { detectLanguage } from '../../src/extension/i18n/detect';
import type { Texts } from '../../src/extension/i18n/en';
import { findHostI18n } from '../../src/extension/i18n/find-host';
import { translations } from '../../src/extension/i18n/translations';
import { FakeI18n } from './fakes';
import { eventually } from '../support/eventually';

const root = path.resolve(__dirname, '../../src');
const { en } = translations;
const bundles: Record<string, Texts> = translations;
const keys = Object.keys(en) as (keyof typeof en)[];
const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name))].sort();

afterEach(() => takeHostI18n(undefined));

test('translations are fetched once a language needs them, and texts are English until then', async () => {
  let asked = 0;
  let answer: ((texts: typeof translations) => void) | undefined;
  const told: string[] = [];
  translationsFrom(() => {
    asked++;
    return new Promise(resolve => (answer = resolve));
  });
  const stop = onLanguageChange(() => told.push(language()));
  const host = new FakeI18n('en-US');
  takeHostI18n(host);
  expect(asked).toBe(0);
  host.changeLanguage('de-AT');
  host.changeLanguage('fr');
  host.changeLanguage('de-AT');
  expect([asked, language(), t('explain')]).toEqual([1, 'en', en.explain]);
  answer?.(translations);
  await eventually(() => expect(told.at(-1)).toBe('de'));
  expect([language(), t('explain')]).toEqual(['de', translations.de.explain]);
  stop();
});

test('translations that cannot be fetched leave the texts English, and are asked for again', async () => {
  // A copy of the module, which has none yet.
  vi.resetModules();
  const fresh = await import('../../src/extension/i18n');
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  let asked = 0;
  fresh.translationsFrom(async () => {
    asked++;
    throw new Error('404');
  });
  const host = new FakeI18n('es');
  // Files that this process runs later take the copy for theirs.
  onTestFinished(() => fresh.takeHostI18n(undefined));
  fresh.takeHostI18n(host);
  await eventually(() => expect(warned).toHaveBeenCalledOnce());
  expect(fresh.t('explain')).toBe(en.explain);
  host.changeLanguage('fr');
  await eventually(() => expect(warned).toHaveBeenCalledTimes(2));
  expect(asked).toBe(2);
  warned.mockRestore();
});

test('a language that a hospital put into the viewer fetches them too: with them come the sentences that are translated', async () => {
  vi.resetModules();
  const fresh = await import('../../src/extension/i18n');
  const { spoken } = await import('../../src/extension/i18n/spoken');
  onTestFinished(() => fresh.takeHostI18n(undefined));
  const host = new FakeI18n('pt');
  host.addResourceBundle('pt', namespace, { saidOpacity: 'opacidade' }, true, false);
  let asked = 0;
  fresh.translationsFrom(async () => {
    asked++;
    return translations;
  });
  fresh.takeHostI18n(host);
  await eventually(() => expect(spoken('opacity')).toBe('opacidade'));
  expect(asked).toBe(1);
  // What that language lacks stays English.
  expect([spoken('For research use only.'), fresh.t('explain')]).toEqual([
    'For research use only.',
    en.explain,
  ]);
});

describe.each(Object.keys(bundles))('the texts in %s', name => {
  const texts = bundles[name];

  test('are complete and no more', () => expect(Object.keys(texts).sort()).toEqual([...keys].sort()));

  test('hold the same values as the English ones', () => {
    for (const key of keys) expect([key, placeholders(texts[key])]).toEqual([key, placeholders(en[key])]);
  });

  test('are words, without spaces at their ends', () => {
    for (const key of keys) expect(texts[key], key).toMatch(/^\S(.*\S)?$/s);
  });

  test('have a form for every number from 0 to 200, whatever the plural rules call it', () => {
    const rules = new Intl.PluralRules(name);
    const bases = keys.filter(key => key.endsWith('_one')).map(key => key.slice(0, -'_one'.length));
    expect(bases.length).toBeGreaterThan(0);
    for (const base of bases)
      for (let count = 0; count <= 200; count++)
        expect(keys, `${base}_${rules.select(count)}`).toContain(`${base}_${rules.select(count)}`);
  });
});

test('German, French and Spanish are translated: no sentence is left in English', () => {
  for (const name of ['de', 'fr', 'es']) {
    const same = keys.filter(key => bundles[name][key] === en[key] && /\p{Ll}{2,} \p{Ll}{2,}/u.test(en[key]));
    expect([name, same]).toEqual([name, []]);
  }
});

test('keys hold nothing that i18next takes apart', () => {
  for (const key of keys) expect(key).toMatch(/^[a-zA-Z]+(_(zero|one|two|few|many|other))?$/);
});

/** The extension's sources without the texts themselves. */
const sources = ['extension', 'panels']
  .flatMap(folder =>
    readdirSync(path.join(root, folder), { recursive: true }).map(name =>
      path.join(root, folder, String(name)),
    ),
  )
  .filter(name => /\.tsx?$/.test(name) && !/i18n\/([a-z]{2}|said)\.ts$/.test(name))
  .map(name => readFileSync(name, 'utf8'));

test('every text is used', () => {
  const all = sources.join('\n');
  // `${length}${side}Of` and the like: a template that could be the key.
  const templates = [...all.matchAll(/`((?:\w*\$\{\w+\}\w*)+)`/g)].map(
    ([, template]) => new RegExp(`^${template.replaceAll(/\$\{\w+\}/g, '\\w+')}$`),
  );
  const isUsed = (key: string): boolean =>
    // Those are looked for by their words (spoken.ts).
    key.startsWith('said') ||
    all.includes(`'${key}'`) ||
    templates.some(template => template.test(key) && /^\w*(short|side)/.test(key));
  expect(keys.map(key => key.replace(/_(one|other)$/, '')).filter(key => !isUsed(key))).toEqual([]);
});

test('no sentence stands in a component itself', () => {
  const panels = readdirSync(path.join(root, 'panels'), { recursive: true })
    .map(String)
    .filter(name => name.endsWith('.tsx'));
  for (const name of panels) {
    const source = readFileSync(path.join(root, 'panels', name), 'utf8').replaceAll(
      /\/\*.*?\*\/|\/\/.*$/gms,
      '',
    );
    const between = [...source.matchAll(/>\s*([A-Za-z][^<>{}=;()]* [^<>{}=;()]*)</g)].map(([, text]) =>
      text.trim(),
    );
    const attributes = [...source.matchAll(/(?:aria-label|title|label|placeholder|alt)="([^"]+)"/g)].map(
      ([, text]) => text,
    );
    expect([name, between, attributes]).toEqual([name, [], []]);
  }
});

describe('without the viewer’s i18next', () => {
  test('texts are English, numbers too', () => {
    expect(language()).toBe('en');
    expect(t('explain')).toBe('Explain this image');
    expect(numberText(0.5, 3)).toBe('0.500');
    expect(percentText(12.34)).toBe('12.3 %');
  });

  test('the language is found where OHIF looks for it, in its order', () => {
    const page = {
      location: { search: '?StudyInstanceUIDs=1&lng=fr' },
      document: { cookie: 'a=b; i18next=es; c=d' },
      localStorage: { getItem: (name: string) => (name === 'i18nextLng' ? 'de' : null) },
      navigator: { language: 'it-IT' },
    };
    expect(detectLanguage(page)).toBe('fr');
    expect(detectLanguage({ ...page, location: { search: '' } })).toBe('es');
    const plain = { ...page, location: { search: '' }, document: { cookie: '' } };
    expect(detectLanguage(plain)).toBe('de');
    expect(detectLanguage({ ...plain, localStorage: { getItem: () => null } })).toBe('it-IT');
    const refused = {
      getItem: (): string => {
        throw new Error('refused');
      },
    };
    expect(detectLanguage({ ...plain, localStorage: refused })).toBe('it-IT');
    expect(detectLanguage({})).toBe('en');
  });
});

describe('with the viewer’s i18next', () => {
  beforeEach(() => addTranslations(translations));

  test('the texts lie in it, and its language is theirs', () => {
    const host = new FakeI18n('de');
    takeHostI18n(host);
    for (const name of Object.keys(bundles)) expect(host.hasResourceBundle(name, namespace)).toBe(true);
    expect(t('explain')).toBe('Dieses Bild erklären');
    expect(numberText(1234.5, 1)).toBe('1.234,5');
  });

  test('a change of language is told, and holds from then on', () => {
    const host = new FakeI18n('en-US');
    takeHostI18n(host);
    const seen: string[] = [];
    const stop = onLanguageChange(() => seen.push(t('cancel')));
    host.changeLanguage('fr');
    host.changeLanguage('es');
    stop();
    host.changeLanguage('de');
    expect(seen).toEqual(['Annuler', 'Cancelar']);
  });

  test('a language of a region takes the texts of the language; one without texts takes English', () => {
    const host = new FakeI18n('de-AT');
    takeHostI18n(host);
    expect(language()).toBe('de');
    host.changeLanguage('zh');
    expect(language()).toBe('en');
    expect(t('explain')).toBe('Explain this image');
    expect(numberText(0.5, 1)).toBe('0.5');
  });

  test('a hospital’s own words and languages go over ours, those that it lacks are English', () => {
    const host = new FakeI18n('de');
    host.addResourceBundle('de', namespace, { explain: 'Bild erläutern' }, true, true);
    host.addResourceBundle('nl', namespace, { explain: 'Dit beeld verklaren' }, true, true);
    takeHostI18n(host);
    expect(t('explain')).toBe('Bild erläutern');
    expect(t('cancel')).toBe('Abbrechen');
    host.changeLanguage('nl');
    expect(t('explain')).toBe('Dit beeld verklaren');
    expect(t('cancel')).toBe('Cancel');
  });

  test('plurals are those of the language', () => {
    const host = new FakeI18n('fr');
    takeHostI18n(host);
    // French counts 0 as singular, English as plural.
    expect(plural('exportedObjects', 0)).toMatch(/^0 fichier /);
    host.changeLanguage('en');
    expect(plural('exportedObjects', 0)).toMatch(/^Exported 0 DICOM files\./);
    expect(plural('exportedObjects', 1)).toMatch(/^Exported 1 DICOM file\./);
  });
});

test('the instance is found above what the viewer renders, by its methods', () => {
  const i18n = new FakeI18n('de');
  const provider = { memoizedProps: { i18n }, return: null };
  const other = { memoizedProps: { i18n: { language: 'de' } }, return: provider };
  expect(findHostI18n({ _reactInternals: { memoizedProps: null, return: other } })).toBe(i18n);
  expect(findHostI18n({ _reactInternals: { memoizedProps: {}, return: null } })).toBeUndefined();
  expect(findHostI18n({})).toBeUndefined();
});
