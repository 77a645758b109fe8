import { describe, expect, it } from 'vitest';
import {
  isWebPage,
  judgeStore,
  longestStoreAnswer,
  readStoreAnswer,
  StoreAnswerError,
} from '../../src/dicom/store-answer';

const items = (entries: [string, number?][]) => ({
  vr: 'SQ',
  Value: entries.map(([uid, reason]) => ({
    '00081155': { vr: 'UI', Value: [uid] },
    ...(reason !== undefined && { '00081197': { vr: 'US', Value: [reason] } }),
  })),
});
const answer = (stored: [string][], failed: [string, number?][] = []): string =>
  JSON.stringify({ '00081199': items(stored), '00081198': items(failed) });

describe('what an archive says of stored objects', () => {
  const sent = ['1.1', '1.2', '1.3', '1.4'];
  const judge = (text: string) => judgeStore(sent, readStoreAnswer(text));

  it('is counted for the objects that were sent', () => {
    expect(judge(answer([['1.1'], ['1.2'], ['1.3'], ['1.4']])).stored).toEqual(sent);
    // Of other objects, as often as it likes: nothing is known of those that were sent.
    expect(judge(answer([['9.1'], ['9.2'], ['9.3'], ['9.4']]))).toMatchObject({
      stored: [],
      unsaid: sent.map(uid => ({ uid })),
    });
    expect(judge(answer([['1.1'], ['1.1'], ['1.1'], ['1.1']]))).toMatchObject({
      stored: ['1.1'],
      unsaid: [{ uid: '1.2' }, { uid: '1.3' }, { uid: '1.4' }],
    });
  });

  it('tells objects that are there already from refused ones, in every archive’s own code', () => {
    const verdict = judge(
      answer(
        [['1.1 ']],
        [
          ['1.2', 0x0111],
          ['1.3', 45070],
          ['1.4', 272],
        ],
      ),
    );
    expect(verdict).toEqual({
      stored: ['1.1'],
      present: ['1.2', '1.3'],
      refused: [{ uid: '1.4', reason: 272 }],
      unsaid: [],
    });
  });

  it('is a refusal where two things are said of one object', () => {
    expect(judge(answer([['1.1']], [['1.1', 0xa700]]))).toMatchObject({
      stored: [],
      refused: [{ uid: '1.1', reason: 0xa700 }],
    });
  });

  it.each(['{"error":"busy"}', '[1]', '"stored"', '{"00081199":1}', 'stored', '<html>'])(
    'is not %s',
    text => {
      expect(() => readStoreAnswer(text)).toThrow(StoreAnswerError);
    },
  );

  it('is read in XML behind a declaration, comments, and with prefixes', () => {
    const item = (tag: string, inner: string): string =>
      `<a:DicomAttribute tag="${tag}" vr="SQ"><a:Item number="1">${inner}</a:Item></a:DicomAttribute>`;
    const value = (tag: string, text: string | number): string =>
      `<a:DicomAttribute tag="${tag}" vr="UI"><a:Value number="1"> ${text} </a:Value></a:DicomAttribute>`;
    const xml =
      '<?xml version="1.0"?><!-- < > --><a:NativeDicomModel><a:DicomAttribute tag="00080005" vr="CS"/>' +
      item('00081199', value('00081155', '1.1')) +
      item('00081198', value('00081155', '1.2') + value('00081197', 272)) +
      '</a:NativeDicomModel>';
    expect(readStoreAnswer(xml)).toEqual({ stored: ['1.1'], failed: [{ uid: '1.2', reason: 272 }] });
  });

  // Each took minutes, or for ever.
  it.each([
    ['comments before no page', '<!-- x -->'.repeat(60) + '<div>'],
    ['comments without an end', '<!-- x -->'.repeat(60) + '<!--'],
    ['tags without an end', '<NativeDicomModel>' + '<a'.repeat(300_000)],
    ['a name without an end', '<NativeDicomModel><' + 'a'.repeat(600_000)],
    ['one end for all tags', '<NativeDicomModel>' + '<!'.repeat(300_000) + '>'],
  ])('is read at once, or refused: %s', (_, text) => {
    const begin = performance.now();
    try {
      expect(readStoreAnswer(text)?.stored).toEqual([]);
    } catch (error) {
      expect(error).toBeInstanceOf(StoreAnswerError);
    }
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  it('is not longer than what an archive can say of a few objects', () => {
    const text = answer([['1.1']]);
    expect(readStoreAnswer(text.padEnd(longestStoreAnswer))?.stored).toEqual(['1.1']);
    expect(() => readStoreAnswer(text.padEnd(longestStoreAnswer + 1))).toThrow(/longer than any/);
  });

  it('is told from a web page, which may begin with comments', () => {
    for (const text of ['<html>', ' <!DOCTYPE html>', '<!-- a --> <!---->\n<HTML lang="de">'])
      expect(isWebPage(text), text).toBe(true);
    for (const text of ['', '<htmls>', '<!-- <html> -->', '<!-- a <html>', '<div><html>', '<!doctype xml>'])
      expect(isWebPage(text), text).toBe(false);
  });

  it('may be nothing', () => {
    for (const text of ['', ' \n', '{}', '[]']) expect(judge(text).unsaid).toHaveLength(4);
  });
});

describe('a failure that names no object', () => {
  const failed = [{ uid: '', reason: 0xa700 }];

  it('is that of every object which is not said to be stored', () => {
    expect(judgeStore(['1.2', '1.3'], { stored: ['1.2'], failed })).toEqual({
      stored: ['1.2'],
      present: [],
      refused: [{ uid: '1.3', reason: 0xa700 }],
      unsaid: [],
    });
  });

  it('counts for nothing beside one that does', () => {
    const named = { uid: '1.3', reason: 0x0111 };
    expect(judgeStore(['1.3'], { stored: [], failed: [...failed, named] }).present).toEqual(['1.3']);
  });
});
