import { oneOf } from '../table';
import type { DatasetFormat, ListedExam, Listing } from '../types';
import { opacityFindings } from './cxr';
import { isUnpublished, readCxrTables, samplingOf, type CxrRow } from '../cxr-tables';

/** Name of every opacity, whichever table or reader it comes from. */
const opacity = 'Lung Opacity';

/** What a report names that a reader of the film would call an opacity. */
const opacityTexts: ReadonlySet<string> = new Set(['Pneumonia', 'Infiltration', 'Consolidation']);

const noFinding = 'No Finding';

const classes = ['', 'Lung Opacity', 'No Lung Opacity / Not Normal', 'Normal'] as const;

/** The folder of `cxr`, told by findings that do not exclude each other. */
export const cxrFindings: DatasetFormat = {
  name: 'cxr-findings',
  description:
    'Frontal chest X-rays of NIH ChestX-ray14 and the RSNA Pneumonia Detection Challenge by finding (docs/data.md)',
  splitOf: 'a chest X-ray folder as docs/data.md describes, by finding',
  privateNames: isUnpublished,
  choosesFindings: false,
  list: listFindings,
};

async function listFindings(folder: string): Promise<Listing> {
  const exams = (await readCxrTables(folder, ['nih_findings', 'rsna_class'])).map((row): ListedExam => {
    const { common } = row;
    const boxes = row.boxes.map(box => ({ ...box, finding: nameOf(box.finding) }));
    const boxed = new Set(boxes.map(({ finding }) => finding));
    const findings = findingsOf(row, boxed);
    const read = findings.length > 0 ? findings.every(name => boxed.has(name)) : isNormal(row);
    const quality = row.quality === 'doubtful' ? 'doubtful' : read ? 'radiologist' : 'text';
    return { ...common, findings, quality, sampling: samplingOf(quality, common.collection), boxes };
  });
  return { exams, table: 'metadata.csv', labelColumn: 'nih_findings', leftOut: {}, notices: [] };
}

/**
 * What is boxed; what the report names, unless RSNA's readers call the film normal; and an opacity as the binary task has it, or,
 * where that says nothing and RSNA did not read the film, as the report does.
 */
function findingsOf(row: CxrRow, boxed: ReadonlySet<string>): string[] {
  const named = isNormal(row)
    ? []
    : row.about.nih_findings.split('|').filter(name => name !== '' && name !== noFinding);
  const others = named.filter(name => !opacityTexts.has(name));
  const unread = row.label === undefined && row.about.rsna_class === '';
  const hasOpacity = row.label === 1 || (unread && named.some(name => opacityTexts.has(name)));
  return [...new Set([...(hasOpacity ? [opacity] : []), ...boxed, ...others])];
}

function isNormal({ common, about }: CxrRow): boolean {
  return oneOf(common.image, about, 'rsna_class', classes) === 'Normal';
}

function nameOf(finding: string): string {
  return opacityFindings.has(finding) ? opacity : finding;
}
