import { extent } from 'd3-array';
import { scaleLinear, scaleLog, scalePoint } from 'd3-scale';
import { line as path } from 'd3-shape';
import { html, type Html } from './html';

/** Okabe and Ito's colours, told apart with any colour vision; dashes tell the rounds apart, in print too. */
export const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

export interface Line {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
  colour: string;
  /** Pixels. */
  width: number;
  /** Lengths of dash and gap, pixels; absent: solid. */
  dash?: readonly number[];
}

export interface LinePlot {
  title: string;
  /** Pixels, the legend not included. */
  width: number;
  height: number;
  /** Without a domain the axis ends at the first and the last value. */
  x: { name: string; domain?: readonly [number, number] };
  /** `fromZero`: the axis starts at 0 instead of near the smallest value. */
  y: { name?: string; fromZero?: boolean };
  /** A circle at each point. */
  marks?: boolean;
  lines: readonly Line[];
}

/** Lines with a legend below, as an SVG figure. A point whose y is not finite is left out, its neighbours are joined. */
export function linePlot({ title, width, height, x, y, marks, lines }: LinePlot): Html {
  const area = { left: 56, right: width - 24, top: 40, bottom: height - 48 };
  const drawn = lines.map(line => ({ ...line, points: line.points.filter(([, value]) => isFinite(value)) }));
  const points = drawn.flatMap(line => line.points);
  const [firstX = 0, lastX = 1] = extent(points, ([value]) => value);
  const [low = 0, high = 1] = extent(points, ([, value]) => value);
  const across = scaleLinear(x.domain ?? [firstX, lastX], [area.left, area.right]);
  // A constant still needs a range: half a unit to each side.
  const [from, to] = low === high && !y.fromZero ? [low - 0.5, high + 0.5] : [y.fromZero ? 0 : low, high];
  const up = scaleLinear([from, to || 1], [area.bottom, area.top]).nice(6);
  const draw = path<readonly [number, number]>()
    .x(([value]) => across(value))
    .y(([, value]) => up(value));
  const steps = Math.max(2, Math.min(10, Math.floor((area.right - area.left) / 60)));
  const xTicks = across.ticks(steps).filter(tick => x.domain || Number.isInteger(tick));
  const legend = legendBelow(lines, width, height + 10);
  return figure(
    width,
    height + 10 + legend.height,
    `${title}: ${y.name ? `${y.name} over ${x.name}` : `over ${x.name}`}. ${lines.map(({ name }) => name).join(', ')}.`,
    html`${heading(title, width)}
    ${xTicks.map(tick => verticalRule(across(tick), area, across.tickFormat(steps)(tick)))}
    ${up.ticks(6).map(tick => horizontalRule(up(tick), area, up.tickFormat(6)(tick)))} ${frame(area)}
    ${name(x.name, (area.left + area.right) / 2, area.bottom + 38)}
    ${y.name ? name(y.name, area.left, area.top - 14) : undefined}
    ${drawn.map(
      line =>
        html`<path d="${draw(line.points) ?? ''}" fill="none" ${stroke(line)}
            ><title>${line.name}</title></path
          >
          ${marks ? line.points.map(([px, py]) => mark(across(px), up(py), line.colour)) : undefined}`,
    )}
    ${legend.content}`,
  );
}

export interface DotPlot {
  title: string;
  /** Pixels. */
  width: number;
  /** With its unit. */
  xName: string;
  /** Drawn from above; values are > 0. */
  dots: readonly { name: string; value: number }[];
}

/** One dot a row on a logarithmic axis, as an SVG figure. */
export function dotPlot({ title, width, xName, dots }: DotPlot): Html {
  const height = 100 + 22 * dots.length;
  const area = { left: 260, right: width - 70, top: 40, bottom: height - 50 };
  const [low = 1, high = 1] = extent(dots, ({ value }) => value);
  // Whole powers of ten around all values, one of them at least.
  const from = 10 ** Math.floor(Math.log10(low));
  const to = Math.max(10 * from, 10 ** Math.ceil(Math.log10(high)));
  const across = scaleLog([from, to], [area.left, area.right]);
  const rows = scalePoint(Array.from(dots.keys()), [area.top, area.bottom]).padding(0.5);
  const decades = across.ticks().filter(tick => Number.isInteger(Math.round(1e6 * Math.log10(tick)) / 1e6));
  return figure(
    width,
    height,
    `${title}: ${dots.map(dot => `${dot.name} ${dot.value.toPrecision(2)}`).join(', ')} (${xName}).`,
    html`${heading(title, width)}
    ${decades.map(tick => verticalRule(across(tick), area, across.tickFormat(10, '~g')(tick)))}
    ${dots.map((dot, i) => horizontalRule(rows(i) ?? 0, area, dot.name))} ${frame(area)}
    ${name(xName, (area.left + area.right) / 2, area.bottom + 38)}
    ${dots.map(
      (dot, i) =>
        html`<circle
          cx="${round(across(dot.value))}"
          cy="${round(rows(i) ?? 0)}"
          r="4.5"
          fill="${colours[0]}"
        >
          <title>${dot.name}: ${dot.value.toPrecision(2)}</title>
        </circle>`,
    )}`,
  );
}

interface Area {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const grey = '#555';

function figure(width: number, height: number, label: string, content: Html): Html {
  return html`<figure class="chart">
    <svg
      xmlns="http://www.w3.org/2000/svg"
      role="img"
      aria-label="${label}"
      width="${width}"
      height="${height}"
      viewBox="0 0 ${width} ${height}"
      font-family="system-ui, sans-serif"
      font-size="11.5"
    >
      ${content}
    </svg>
  </figure>`;
}

function heading(title: string, width: number): Html {
  return html`<text x="${width / 2}" y="16" text-anchor="middle" font-size="14" font-weight="bold"
    >${title}</text
  >`;
}

function name(text: string, x: number, y: number): Html {
  return html`<text x="${round(x)}" y="${round(y)}" text-anchor="middle" fill="${grey}">${text}</text>`;
}

function verticalRule(x: number, { top, bottom }: Area, label: string): Html {
  return html`<path d="M${round(x)},${top}V${bottom + 5}" stroke="#ddd" />
    <text x="${round(x)}" y="${bottom + 19}" text-anchor="middle" fill="${grey}">${label}</text>`;
}

function horizontalRule(y: number, { left, right }: Area, label: string): Html {
  return html`<path d="M${left - 5},${round(y)}H${right}" stroke="#ddd" />
    <text x="${left - 9}" y="${round(y)}" dy="0.35em" text-anchor="end" fill="${grey}">${label}</text>`;
}

function frame({ left, right, top, bottom }: Area): Html {
  return html`<path d="M${left},${top}V${bottom}H${right}" fill="none" stroke="${grey}" />`;
}

function stroke({ colour, width, dash }: Line): Html {
  return html`stroke="${colour}" stroke-width="${width}" stroke-linejoin="round"
  ${dash && html`stroke-dasharray="${dash.join(' ')}"`}`;
}

function mark(x: number, y: number, colour: string): Html {
  return html`<circle
    cx="${round(x)}"
    cy="${round(y)}"
    r="2.2"
    fill="#fff"
    stroke="${colour}"
    stroke-width="1.4"
  />`;
}

/** Names of the lines in rows, each behind a piece of its line. */
function legendBelow(lines: readonly Line[], width: number, top: number): { content: Html; height: number } {
  const [piece, rowHeight, left] = [34, 18, 24];
  let [x, y] = [left, top];
  const entries = lines.map(line => {
    // No fonts are measured here: a letter of this size is 6.3 pixels wide in the widest usual font.
    const wide = piece + 6 + 6.3 * line.name.length + 18;
    if (x + wide > width && x > left) [x, y] = [left, y + rowHeight];
    const entry = html`<path d="M${round(x)},${y}h${piece}" ${stroke(line)} />
      <text x="${round(x + piece + 6)}" y="${y}" dy="0.35em">${line.name}</text>`;
    x += wide;
    return entry;
  });
  return { content: html`${entries}`, height: lines.length > 0 ? y - top + rowHeight : 0 };
}

function round(pixels: number): number {
  return Math.round(10 * pixels) / 10;
}
