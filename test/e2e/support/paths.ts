import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(__dirname, '../../..');
export const explainCommand = path.join(root, 'bin', 'explain.js');

/** Model packages; E2E_MODELS names others than the shipped ones, e.g. while those are being trained. */
export const modelsFolder = path.resolve(process.env.E2E_MODELS ?? path.join(root, 'models'));

/** Real chest X-rays, where this machine has them; they are never part of the repository. */
export const realFolder = path.resolve(root, '../shared/data/dicom');

/** Whether a model package is there. */
export function hasModel(id: string): boolean {
  return existsSync(path.join(modelsFolder, id, 'model-card.json'));
}

/** The sample study's DICOM files; E2E_SAMPLE names another folder of phantoms. */
export function sampleFiles(): string[] {
  const folder = path.resolve(process.env.E2E_SAMPLE ?? path.join(root, 'sample'));
  if (!existsSync(folder)) throw new Error(`${folder} is missing: it holds the sample study.`);
  return readdirSync(folder, { recursive: true })
    .map(name => path.join(folder, String(name)))
    .filter(name => name.endsWith('.dcm'))
    .sort();
}
