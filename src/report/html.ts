/** HTML that is already safe to insert. */
export class Html {
  constructor(readonly text: string) {}
}

type Insert = Html | string | number | undefined | readonly Insert[];

/** Template of HTML: inserted texts are escaped, inserted HTML is not, lists are joined, undefined is nothing. */
export function html(parts: TemplateStringsArray, ...inserts: Insert[]): Html {
  return new Html(parts.reduce((text, part, i) => text + insert(inserts[i - 1]) + part));
}

function insert(value: Insert): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(insert).join('');
  return escapeHtml(String(value));
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, character => entities[character]);
}

export interface Table {
  caption: string;
  /** Below the table: how to read it. */
  note?: string;
  head: readonly (Html | string)[];
  rows: readonly { cells: readonly (Html | string)[]; emphasis?: boolean; quiet?: boolean }[];
}

/** A table whose first column names the row; nothing when it has no row. */
export function table({ caption, note, head, rows }: Table): Html {
  if (rows.length === 0) return html``;
  // A table of few rows is kept on one page of paper.
  const short = rows.length <= 14;
  return html`<figure class="table${short ? ' short' : ''}">
    <p class="caption">${caption}</p>
    <table aria-label="${caption}">
      <thead>
        <tr>
          ${head.map(name => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ cells: [name, ...cells], emphasis, quiet }) =>
            html`<tr class="${emphasis ? 'own' : ''}${quiet ? 'quiet' : ''}">
              <th scope="row">${name}</th>
              ${cells.map(cell => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
    ${note ? html`<figcaption>${note}</figcaption>` : undefined}
  </figure>`;
}
