import { describe, expect, it } from 'vitest';
import { decimals, pValue, secondsText } from '../../src/report/format';
import { html, table } from '../../src/report/html';
import { parseTrust } from '../../src/evaluation/trust/trust-file-schema';

describe('html', () => {
  it('escapes what is inserted, and not what is HTML already', () => {
    const inner = html`<i>${'a < "b" & c'}</i>`;
    expect(html`<p title="${'"'}">${inner}${[1, 2]}${undefined}</p>`.text).toBe(
      '<p title="&quot;"><i>a &lt; &quot;b&quot; &amp; c</i>12</p>',
    );
  });

  it('leaves an empty table out', () => {
    expect(table({ caption: 'Nothing', head: ['a'], rows: [] }).text).toBe('');
    expect(table({ caption: 'One', head: ['a'], rows: [{ cells: ['<x>'] }] }).text).toContain('&lt;x&gt;');
  });

  it('shows numbers, and a dash for what was not computed', () => {
    expect([decimals(-0.0504), decimals(undefined), pValue(0.0004), pValue(0.05)]).toEqual([
      '−0.050',
      '–',
      '< 0.001',
      '0.050',
    ]);
    expect([secondsText(0.0123), secondsText(17.14), secondsText(123)]).toEqual(['0.012', '17', '123']);
  });
});

describe('parseTrust', () => {
  const check = {
    id: 'a',
    title: 'A',
    rule: 'r',
    source: 's',
    passed: true,
    figures: [{ name: 'n', value: 1 }],
  };

  it('takes outcomes, and names what is wrong with others', () => {
    expect(parseTrust(JSON.stringify({ checks: [check] }), 'f.json').checks[0].passed).toBe(true);
    expect(() => parseTrust('{', 'f.json')).toThrow(/f\.json is not valid JSON/);
    expect(() => parseTrust(JSON.stringify({ checks: [{ ...check, rule: undefined }] }), 'f.json')).toThrow(
      /rule/,
    );
    expect(() => parseTrust('{"checks": []}', 'f.json')).toThrow(/checks/);
  });
});
