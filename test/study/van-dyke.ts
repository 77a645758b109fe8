import { readFileSync } from 'node:fs';
import { parseStudyTable } from '../../src/cli/study/table';
import { readRatings, type StudyData, type StudyTable } from '../../src/study/ratings';

export function vanDykeTable(): StudyTable {
  const file = new URL('../fixtures/study/van-dyke.csv', import.meta.url);
  return parseStudyTable(readFileSync(file, 'utf8'), 'van-dyke.csv');
}

/** Treatment 2 as the reference: differences are then 1 − 2, as published. */
export function vanDyke(): StudyData {
  return readRatings(vanDykeTable(), { reference: '2' });
}
