import type { DatasetFormat, ListedExam, Listing } from '../types';
import { isUnpublished, readCxrTables, samplingOf } from '../cxr-tables';

/** Findings whose boxes are truth of the binary task. */
export const opacityFindings: ReadonlySet<string> = new Set(['Pneumonia', 'Infiltrate', 'Lung Opacity']);

/** `labels.csv`, `metadata.csv`, `boxes.csv` and `images/`. */
export const cxr: DatasetFormat = {
  name: 'cxr',
  description:
    'Frontal chest X-rays of NIH ChestX-ray14 and the RSNA Pneumonia Detection Challenge (docs/data.md)',
  splitOf: 'a chest X-ray folder as docs/data.md describes',
  privateNames: isUnpublished,
  choosesFindings: false,
  list: listCxr,
};

async function listCxr(folder: string): Promise<Listing> {
  const exams = (await readCxrTables(folder)).map(({ common, label, quality, boxes }): ListedExam => ({
    ...common,
    label,
    quality,
    sampling: samplingOf(quality, common.collection),
    boxes: boxes.flatMap(({ finding, ...place }) => (opacityFindings.has(finding) ? [place] : [])),
  }));
  return { exams, table: 'labels.csv', labelColumn: 'label', leftOut: {}, notices: [] };
}
