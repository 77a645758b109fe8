import { DatasetError } from '../error';
import { mappingFile, readPersons } from '../rsna-persons';
import { oneOf, readBox, readTable, type Table } from '../table';
import type { Box, DatasetFormat, ListedExam, Listing } from '../types';

const labelsTable = 'stage_2_train_labels.csv';
const classTable = 'stage_2_detailed_class_info.csv';

/** The RSNA Pneumonia Detection Challenge (2018) as Kaggle ships it; healthy and opacity cases alone. */
export const rsna: DatasetFormat = {
  name: 'rsna',
  description: 'RSNA Pneumonia Detection Challenge 2018, stage 2: "Normal" against "Lung Opacity"',
  privateNames: false,
  choosesFindings: false,
  list: listRsna,
};

async function listRsna(folder: string): Promise<Listing> {
  const columns = ['patientId', 'x', 'y', 'width', 'height', 'Target'];
  const boxesOf = readTargets(await readTable(folder, labelsTable, columns));
  const classes = await readTable(folder, classTable, ['patientId', 'class']);
  const persons = await readPersons(folder);
  const classOf = new Map<string, string>();
  const exams: ListedExam[] = [];
  let notNormal = 0;
  classes.rows.forEach((row, index) => {
    const line = classes.lines[index];
    const where = `${classTable} line ${line}`;
    const found = oneOf(where, row, 'class', ['Normal', 'Lung Opacity', 'No Lung Opacity / Not Normal']);
    const id = row.patientId;
    const earlier = classOf.get(id);
    // the table has one row a box
    if (earlier === found) return;
    if (earlier) throw new DatasetError(`${where}: class is "${found}", but "${earlier}" further up.`);
    classOf.set(id, found);
    const boxes = boxesOf.get(id);
    if (!boxes) throw new DatasetError(`${where}: ${labelsTable} has no row of the same patientId.`);
    if ((found === 'Lung Opacity') !== boxes.length > 0) {
      throw new DatasetError(`${where}: class "${found}" contradicts Target in ${labelsTable}.`);
    }
    if (found === 'No Lung Opacity / Not Normal') {
      notNormal++;
      return;
    }
    const person = persons ? persons.get(id) : id;
    if (person === undefined)
      throw new DatasetError(`${where}: ${mappingFile} has no entry for the patientId.`);
    exams.push({ ...examOf(id, found === 'Lung Opacity' ? 1 : 0, boxes, line), patient: person });
  });
  return {
    exams,
    table: classTable,
    labelColumn: 'class',
    leftOut: { 'No Lung Opacity / Not Normal': notNormal },
    notices: persons ? [] : [filmsAsPersons],
  };
}

const filmsAsPersons =
  `${mappingFile} is not there: a patientId of Kaggle's names a film, not a person, so films of one person may lie in ` +
  'several splits.';

/** Boxes by patientId: none where Target is 0. */
function readTargets(table: Table): Map<string, Box[]> {
  const boxesOf = new Map<string, Box[]>();
  table.rows.forEach((row, index) => {
    const where = `${labelsTable} line ${table.lines[index]}`;
    const boxes = boxesOf.get(row.patientId) ?? [];
    if (oneOf(where, row, 'Target', ['0', '1']) === '1') {
      boxes.push(readBox(where, [row.x, row.y, row.width, row.height]));
    }
    boxesOf.set(row.patientId, boxes);
  });
  return boxesOf;
}

function examOf(id: string, label: 0 | 1, boxes: Box[], line: number): ListedExam {
  return {
    image: id,
    file: `stage_2_train_images/${id}.dcm`,
    line,
    patient: id,
    label,
    quality: 'radiologist',
    view: '', // stands in the file's header
    sex: '',
    collection: 'rsna',
    sampling: { group: 'rsna', weight: 1 },
    boxes,
    boxUnit: 'pixel',
  };
}
