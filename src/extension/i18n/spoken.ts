import { englishTexts, language, namespace, textIn } from '.';

/**
 * Messages of code that knows no language: why a model does not fit, what to be careful of, what went wrong. They are made in
 * English, go through the worker and into DICOM objects as they are, and come back from the archive that way; where they are
 * shown, they are known again by their English words and said in the viewer's language. What is not known stays English.
 */

interface Sentence {
  key: string;
  pattern: RegExp;
  names: string[];
}

let made: { of: Readonly<Record<string, string>>; sentences: readonly Sentence[] } | undefined;

/** All sentences whose English words are there. */
function sentences(): readonly Sentence[] {
  const texts = englishTexts();
  if (made?.of !== texts) made = { of: texts, sentences: sentencesOf(texts) };
  return made.sentences;
}

function sentencesOf(texts: Readonly<Record<string, string>>): readonly Sentence[] {
  const ownLength = (text: string): number => text.replaceAll(/\{\{\w+\}\}/g, '').length;
  return (
    Object.entries(texts)
      .filter(([key]) => key.startsWith('said'))
      // The more words a sentence has of its own, the less it is taken for another.
      .sort(([, a], [, b]) => ownLength(b) - ownLength(a))
      .map(([key, text]) => ({ key, ...patternOf(text) }))
  );
}

function patternOf(template: string): Pick<Sentence, 'pattern' | 'names'> {
  const parts = template.split(/\{\{(\w+)\}\}/);
  const names = parts.filter((_, i) => i % 2 === 1);
  const source = parts.map((part, i) =>
    i % 2 === 1 ? '(.*?)' : part.replaceAll(/[$()*+./?[\\\]^{|}]/g, '\\$&'),
  );
  return { pattern: new RegExp(`^${source.join('')}$`, 's'), names };
}

/** A message in the viewer's language: one sentence that is known, or several one after the other. */
export function spoken(message: string): string {
  if (language() === 'en' || message === '') return message;
  // The first sentences that are known, then the rest: a value could swallow what follows it.
  for (const { index } of message.matchAll(/(?<=[.!?;]) /g)) {
    const end = message[index - 1] === ';' ? index - 1 : index;
    const head = known(message.slice(0, end));
    if (head !== undefined) return head + message.slice(end, index + 1) + spoken(message.slice(index + 1));
  }
  return known(message) ?? message;
}

function known(sentence: string): string | undefined {
  for (const { key, pattern, names } of sentences()) {
    const found = pattern.exec(sentence);
    if (!found) continue;
    const values = Object.fromEntries(names.map((name, i) => [name, valueOf(found[i + 1])]));
    return textIn(namespace, key, values);
  }
  return undefined;
}

/** A part of a sentence that is a sentence itself, or a number: with the decimal sign of the language. */
function valueOf(text: string): string {
  if (!/^\d+\.\d+$/.test(text)) return spoken(text);
  const digits = text.length - text.indexOf('.') - 1;
  return new Intl.NumberFormat(language(), {
    minimumFractionDigits: digits,
    useGrouping: false,
  }).format(Number(text));
}
