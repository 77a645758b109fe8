import { describe, expect, it } from 'vitest';
import { dotPlot, linePlot } from '../../src/report/plot';

const line = { name: 'a', colour: '#000', width: 1 };
const plot = {
  title: 'T',
  width: 480,
  height: 288,
  x: { name: 'x', domain: [0, 1] as const },
  y: { name: 'y' },
};
/** The plot's area of the size above: 400 by 200 pixels from (56, 240) to (456, 40). */
const pathOf = (svg: string): string | undefined =>
  /<path d="([^"]*)" fill="none" stroke="#000"/.exec(svg)?.[1];

describe('line plot', () => {
  it('puts points where their values are: the axes end at round values', () => {
    const points = [[0, 0], [0.5, 0.25], [1, 1]] as const; // prettier-ignore
    const { text } = linePlot({ ...plot, lines: [{ ...line, points }] });
    expect(pathOf(text)).toBe('M56,240L256,190L456,40');
  });

  it('starts at 0 where told, at the smallest value else', () => {
    const points = [[0, 6], [1, 10]] as const; // prettier-ignore
    const near = linePlot({ ...plot, lines: [{ ...line, points }] });
    const zero = linePlot({ ...plot, y: { fromZero: true }, lines: [{ ...line, points }] });
    expect(pathOf(near.text)).toBe('M56,240L456,40');
    expect(pathOf(zero.text)).toBe('M56,120L456,40');
  });

  it('leaves out values that are not finite and draws a constant in the middle', () => {
    const points = [[0, 3], [0.25, NaN], [0.5, Infinity], [1, 3]] as const; // prettier-ignore
    const { text } = linePlot({ ...plot, lines: [{ ...line, points }] });
    expect(pathOf(text)).toBe('M56,140L456,140');
    expect(text).not.toMatch(/NaN|Infinity/);
  });

  it('draws axes where there is no value at all', () => {
    const { text } = linePlot({ ...plot, x: { name: 'epoch' }, lines: [{ ...line, points: [[1, NaN]] }] });
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('says what it shows to those who do not see it, and escapes names', () => {
    const { text } = linePlot({ ...plot, lines: [{ ...line, name: 'a < "b"', points: [[0, 1]] }] });
    expect(text).toContain('role="img"');
    expect(text).toContain('aria-label="T: y over x. a &lt; &quot;b&quot;."');
    expect(text).toContain('<title>a &lt; &quot;b&quot;</title>');
  });
});

describe('dot plot', () => {
  it('spans whole powers of ten', () => {
    // From 0.1 to 10 over 530 pixels from 260: 1 second is in the middle, 0.1 at the left end.
    const dots = [
      { name: 'fast', value: 0.1 },
      { name: 'slow', value: 1 },
      { name: 'slower', value: 9 },
    ];
    const { text } = dotPlot({ title: 'T', width: 860, xName: 'seconds', dots });
    expect([...text.matchAll(/cx="([\d.]+)"/g)].map(([, x]) => Number(x))).toEqual([260, 525, 777.9]);
    expect(text).toContain('aria-label="T: fast 0.10, slow 1.0, slower 9.0 (seconds)."');
  });
});
