import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { printable, printableLines } from '../../src/io/printable';
import { guardTerminal, unguarded } from '../../src/cli/terminal';

/** Sequences of ECMA-48 and xterm that titles, colours, cursor moves, clipboards and links are made of. */
const hostile = [
  '\u001b]0;title\u0007',
  '\u001b[31mred',
  '\u009b31mred in eight bits',
  '\u001b[2J\u001b[H',
  '\u001b]52;c;aGk=\u0007',
  '\u001bP$q"p\u001b\\',
  'over\rwritten',
  'erased\b\b\b',
  '\u202edetnirp sdrawkcab',
  'in\u200bvisible\ufeff',
  'line\u2028separator',
  'half \ud83d a pair',
];

/** What no terminal may be sent: control characters but those that end a line, marks of direction, invisible ones. */
function obeyed(text: string): string[] {
  return [...text].filter(character => {
    const code = character.codePointAt(0)!;
    return (
      (code < 0x20 && character !== '\n' && character !== '\t') ||
      (code >= 0x7f && code < 0xa0) ||
      (code >= 0x200b && code <= 0x200f) ||
      (code >= 0x2028 && code <= 0x202e) ||
      (code >= 0x2060 && code <= 0x206f) ||
      (code >= 0xd800 && code <= 0xdfff) ||
      code === 0xfeff
    );
  });
}

describe('text of foreign origin', () => {
  it.each(hostile)('%j is shown and not obeyed', text => {
    expect(obeyed(printable(text))).toEqual([]);
    expect(obeyed(printableLines(text))).toEqual([]);
    // Nothing is lost: the escapes are those of JSON.
    expect(
      JSON.parse(
        `"${printable(text)
          .replaceAll('"', '\\"')
          .replace(/\\(?![u"nrt])/g, '\\\\')}"`,
      ),
    ).toBe(text);
  });

  it('of any language stays as it is', () => {
    const text = 'Größe 5 × 3 mm², ☞ “Röntgen” 胸部 صدر грудь 👍';
    expect(printable(text)).toBe(text);
  });

  it('stays on one line where one is meant', () => {
    expect(printable('a\nb\tc')).toBe('a\\nb\\tc');
    expect(printableLines('a\nb\tc')).toBe('a\nb\tc');
  });

  it('holds no control character whatever it held', () => {
    for (let code = 0; code < 0x3000; code++)
      expect(obeyed(printable(`a${String.fromCodePoint(code)}b`)), `U+${code.toString(16)}`).toEqual([]);
  });
});

describe('a guarded stream', () => {
  function guardedStream(): { stream: NodeJS.WriteStream; text: () => string } {
    const stream = new PassThrough() as unknown as NodeJS.WriteStream;
    const chunks: Buffer[] = [];
    (stream as unknown as PassThrough).on('data', chunk => chunks.push(chunk));
    guardTerminal([stream]);
    return { stream, text: () => Buffer.concat(chunks).toString() };
  }

  it('lets no control character through, in strings or bytes, however divided', () => {
    for (const text of hostile) {
      const { stream, text: written } = guardedStream();
      stream.write(`${text}\n`);
      for (const byte of Buffer.from(text)) stream.write(Uint8Array.of(byte));
      expect(obeyed(written())).toEqual([]);
      expect(written()).toContain(`${printableLines(text)}\n`);
    }
  });

  it('tells when it has written', async () => {
    const { stream } = guardedStream();
    await new Promise<void>(resolve => stream.write('a', () => resolve()));
    await new Promise<void>(resolve => stream.write('a', 'utf8', () => resolve()));
  });

  it('has a way past it for the progress bar', () => {
    const { stream, text } = guardedStream();
    unguarded(stream).write('\u001b[K');
    expect(text()).toBe('\u001b[K');
  });

  it('is guarded once', () => {
    const { stream, text } = guardedStream();
    guardTerminal([stream]);
    unguarded(stream).write('\u001b');
    stream.write('\u001b');
    expect(text()).toBe('\u001b\\u001b');
  });
});
