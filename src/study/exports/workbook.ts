/** A worksheet of text cells. */
export interface Sheet {
  name: string;
  rows: string[][];
}

/**
 * An Office Open XML workbook (ECMA-376, part 1, SpreadsheetML) whose cells are all text, in a ZIP archive without
 * compression (APPNOTE 6.3.10, sections 4.3 and 4.4). The same sheets give the same bytes.
 */
export function workbook(sheets: readonly Sheet[]): Uint8Array {
  const texts = [...new Set(sheets.flatMap(({ rows }) => rows.flat()))];
  const index = new Map(texts.map((text, i) => [text, i]));
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';
  const kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const type = (part: string, what: string): string =>
    `<Override PartName="/xl/${part}.xml" ContentType="${kind}.${what}+xml"/>`;
  const relation = (id: number, what: string, target: string): string =>
    `<Relationship Id="rId${id}" Type="${office}/${what}" Target="${target}"/>`;
  const numbered = sheets.map(({ name }, i) => ({ name, id: i + 1 }));
  const shared = sheets.length + 1;
  return archive([
    [
      '[Content_Types].xml',
      xml(
        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
          `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
          type('workbook', 'sheet.main') +
          numbered.map(({ id }) => type(`worksheets/sheet${id}`, 'worksheet')).join('') +
          type('sharedStrings', 'sharedStrings') +
          `</Types>`,
      ),
    ],
    [
      '_rels/.rels',
      xml(
        `<Relationships xmlns="${relations}">${relation(1, 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
      ),
    ],
    [
      'xl/workbook.xml',
      xml(
        `<workbook xmlns="${main}" xmlns:r="${office}"><sheets>` +
          numbered
            .map(({ name, id }) => `<sheet name="${escape(name)}" sheetId="${id}" r:id="rId${id}"/>`)
            .join('') +
          `</sheets></workbook>`,
      ),
    ],
    [
      'xl/_rels/workbook.xml.rels',
      xml(
        `<Relationships xmlns="${relations}">` +
          numbered.map(({ id }) => relation(id, 'worksheet', `worksheets/sheet${id}.xml`)).join('') +
          relation(shared, 'sharedStrings', 'sharedStrings.xml') +
          `</Relationships>`,
      ),
    ],
    [
      'xl/sharedStrings.xml',
      xml(
        `<sst xmlns="${main}" uniqueCount="${texts.length}">` +
          texts.map(text => `<si><t xml:space="preserve">${escape(text)}</t></si>`).join('') +
          `</sst>`,
      ),
    ],
    ...sheets.map(({ rows }, i): [string, string] => [
      `xl/worksheets/sheet${i + 1}.xml`,
      xml(
        `<worksheet xmlns="${main}"><sheetData>` +
          rows
            .map(
              (row, r) =>
                `<row r="${r + 1}">${row
                  .map((text, c) =>
                    text === '' ? '' : `<c r="${columnName(c)}${r + 1}" t="s"><v>${index.get(text)}</v></c>`,
                  )
                  .join('')}</row>`,
            )
            .join('') +
          `</sheetData></worksheet>`,
      ),
    ]),
  ]);
}

function xml(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${body}`;
}

function escape(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, character => entities[character]);
}

/** A, B, … of the first 26 columns, which are more than any sheet here has. */
function columnName(index: number): string {
  return String.fromCharCode(65 + index);
}

/** A ZIP archive of stored files, dated 1980-01-01. */
function archive(files: readonly [name: string, text: string][]): Uint8Array {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [file, text] of files) {
    const name = encoder.encode(file);
    const data = encoder.encode(text);
    // Version 2.0, no flags, stored, time 0, date 1980-01-01.
    const common = [...short(20), ...short(0), ...short(0), ...short(0), ...short(33)];
    const sizes = [
      ...long(crc32(data)),
      ...long(data.length),
      ...long(data.length),
      ...short(name.length),
      ...short(0),
    ];
    const head = Uint8Array.of(...long(0x04034b50), ...common, ...sizes, ...name);
    directory.push(
      Uint8Array.of(
        ...long(0x02014b50),
        ...short(20),
        ...common,
        ...sizes,
        ...[0, 0, 0].flatMap(short),
        ...long(0),
        ...long(offset),
        ...name,
      ),
    );
    parts.push(head, data);
    offset += head.length + data.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const end = Uint8Array.of(
    ...long(0x06054b50),
    ...short(0),
    ...short(0),
    ...short(files.length),
    ...short(files.length),
    ...long(size),
    ...long(offset),
    ...short(0),
  );
  const all = [...parts, ...directory, end];
  const bytes = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of all) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Two bytes, the lowest first. */
function short(value: number): number[] {
  return [value & 255, (value >>> 8) & 255];
}

/** Four bytes, the lowest first. */
function long(value: number): number[] {
  return [...short(value & 0xffff), ...short(value >>> 16)];
}

/** CRC-32 of ISO-HDLC, as ZIP has it. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
