import path from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { rjafrocWorkbook } from '../../study/exports/rjafroc';
import { csv, imrmcText, mrmcaovCsv } from '../../study/exports/text';
import { writeAtomically } from '../../io/write-file';
import { addStudyInput, readStudy, type StudyInput, type StudyInputOptions } from './input';

/** What each program gets: files by name. */
const exporters = {
  imrmc: ({ data }: StudyInput) => ({ 'study.imrmc': imrmcText(data) }),
  mrmcaov: ({ data }: StudyInput) => ({ 'mrmcaov.csv': mrmcaovCsv(data) }),
  rjafroc: ({ data, marks }: StudyInput) => {
    const { workbook, key } = rjafrocWorkbook(data, marks);
    return { 'rjafroc.xlsx': workbook, 'rjafroc-key.csv': csv(key) };
  },
} satisfies Record<string, (study: StudyInput) => Record<string, string | Uint8Array>>;

type Program = keyof typeof exporters;

interface ExportOptions extends StudyInputOptions {
  for: Program[];
  out: string;
}

/** Adds `explain study export`. */
export function registerExport(group: Command): void {
  const all = Object.keys(exporters) as Program[];
  addStudyInput(group.command('export').description('Write a study for iMRMC, MRMCaov and RJafroc'))
    .option('--for <programs>', `programs separated by commas: ${all.join(', ')}`, programs, all)
    .option('--out <folder>', 'folder of the files', 'study-export')
    .action((file: string, options: ExportOptions) => exportStudy(file, options));
}

async function exportStudy(file: string, options: ExportOptions): Promise<void> {
  const study = await readStudy(file, options);
  const files: [string, string | Uint8Array][] = options.for.flatMap(program =>
    Object.entries(exporters[program](study)),
  );
  for (const [name, content] of files) await writeAtomically(path.join(options.out, name), content);
  process.stdout.write(`Written to ${options.out}: ${files.map(([name]) => name).join(', ')}\n`);
}

function programs(text: string): Program[] {
  const names = text.split(',').map(name => name.trim());
  const unknown = names.filter(name => !Object.hasOwn(exporters, name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`${unknown.join(', ')} is none of ${Object.keys(exporters).join(', ')}.`);
  }
  return names as Program[];
}
