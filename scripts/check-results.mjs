// Explains DICOM files and lets other software judge the result objects: dciodvfy (dicom3tools) and pydicom.
// `node scripts/check-results.mjs [--model FOLDER] [FILE …]` prints a table; exit code 1 when something is wrong.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const python = '/usr/bin/python3';
const reports = path.join(root, 'dist/checks/reader-reports.cjs');
const dciodvfy = '/usr/bin/dciodvfy';
const bands = ['--percentiles', '90,95,98'];
/** What is written of each image. */
const selections = {
  all: ['--dicom', 'seg,pm,sc,fseg,gsps,sbs,xa,sr'],
  bands: ['--dicom', 'seg,sr', ...bands],
  labelmap: ['--dicom', 'seg', ...bands, '--seg-encoding', 'labelmap'],
};
/** What dciodvfy calls the objects. */
const iods = {
  seg: ['Segmentation'],
  pm: ['ParametricMap'],
  sc: ['SCImage'],
  fseg: ['Segmentation'],
  gsps: ['GrayscaleSoftcopyPresentationState'],
  sbs: ['SCImage'],
  xa: ['SCImage'],
  sr: ['ComprehensiveSR', 'Comprehensive3DSR'],
  answer: ['ComprehensiveSR'],
  reading: ['ComprehensiveSR'],
};
/** Of a film whose grey levels are a modality look-up table no presentation state is written. */
const withoutState = selection => selection.map(word => word.replace('gsps,', ''));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { model: { type: 'string', default: path.join(root, 'models/phantom') } },
});
if (!existsSync(dciodvfy)) throw new Error('dciodvfy is not installed: "node scripts/debian.mjs" brings it.');
const folder = mkdtempSync(path.join(tmpdir(), 'explain-check-'));
try {
  check(positionals.length > 0 ? positionals : [path.join(root, 'sample/phantom-001.dcm')]);
} finally {
  rmSync(folder, { recursive: true });
}

function check(given) {
  bundleReports();
  const input = path.join(folder, 'in');
  mkdirSync(input);
  for (const file of given) copyFileSync(file, path.join(input, path.basename(file)));
  run(python, path.join(root, 'scripts/check-results.py'), 'derive', given[0], input);
  row('source', 'object', 'dciodvfy takes it for', 'errors', 'warnings', 'pydicom reads');
  row('---', '---', '---', '---', '---', '---');
  for (const file of readdirSync(input).sort()) {
    for (const [selection, options] of Object.entries(selections))
      explain(path.join(input, file), selection, options);
  }
}

/** What the viewer makes when a reader answers: in the repository, for the packages that it imports. */
function bundleReports() {
  const { errors } = buildSync({
    entryPoints: [path.join(root, 'scripts/reader-reports.ts')],
    outfile: reports,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
  });
  if (errors.length > 0) throw new Error(errors[0].text);
}

/** Explains a file and prints a line for each object. */
function explain(file, selection, options) {
  const name = path.basename(file);
  const out = path.join(folder, selection);
  const frame = name === 'three-frames.dcm' ? ['--frame', '2'] : [];
  const command = path.join(root, 'bin/explain.js');
  const given = [command, 'run', file, '--model', values.model, '--out', out, ...frame];
  try {
    run(process.execPath, ...given, ...options);
  } catch (error) {
    if (!/modality look-up table/.test(error.message)) throw error;
    run(process.execPath, ...given, ...withoutState(options));
  }
  if (selection === 'all') run(process.execPath, reports, file, path.join(out, name), ...frame.slice(1));
  const found = JSON.parse(run(python, path.join(root, 'scripts/check-results.py'), 'read', out, name, file));
  for (const [kind, { read, frames, ofReference }] of Object.entries(found)) {
    const { iod, errors, repeated, warnings } = validate(path.join(out, `${name}.${kind}.dcm`), file);
    // dicom3tools of 2022 know no LABELMAP.
    const isUnknown = selection === 'labelmap';
    const faults = isUnknown ? [] : errors;
    const about = [
      read,
      ...(ofReference ? ['Frame of Reference'] : []),
      ...(frame.length > 0 ? [`refers to frame ${frames}`] : []),
    ];
    const tree = kind === 'sr' ? treeFaults(path.join(out, `${name}.sr.dcm`), repeatedUids(file)) : [];
    const isWrong =
      faults.length > 0 ||
      (!isUnknown && !iods[kind].includes(iod)) ||
      (kind === 'sr' && (iod === 'Comprehensive3DSR') !== (name === 'with-frame-of-reference.dcm')) ||
      (kind === 'sr' && tree.length > 0) ||
      /overlap|not the|differ: |not marked|has not|places drawn/.test(read) ||
      (kind === 'pm' && read !== 'largest difference 0') ||
      frames.join() !== (frame[1] ?? '');
    if (isWrong) process.exitCode = 1;
    for (const error of [...faults, ...tree]) console.error(`${name} ${kind}: ${error}`);
    row(
      name,
      selection === 'all' ? kind : `${kind}, ${selection}`,
      isUnknown ? 'does not know it' : iod,
      isUnknown ? '–' : `${errors.length}${repeated > 0 ? ` (and ${repeated} on UIDs of the source)` : ''}`,
      isUnknown ? '–' : String(warnings),
      about.join('; '),
    );
  }
}

/** What dciodvfy has against an object; UIDs that it refuses in the source too can only be repeated. */
function validate(file, source) {
  const badUids = repeatedUids(source);
  const lines = verdict(file).split('\n');
  const all = lines
    .filter(line => line.startsWith('Error'))
    // Synthetic Data (0008,001C) entered the standard after these dicom3tools were made.
    .filter(line => !line.includes('(0x0008,0x001c)'));
  const isRepeated = line => badUids.some(uid => line.includes(uid));
  // This one sums up the others.
  const isSum = line => line.includes('invalid data values for Value Representations');
  const own = all.filter(line => !isRepeated(line) && !isSum(line));
  return {
    iod:
      Object.values(iods)
        .flat()
        .find(name => lines.includes(name)) ?? 'nothing known',
    errors: own.length === 0 && !all.some(isRepeated) ? all : own,
    repeated: all.filter(isRepeated).length,
    warnings: lines.filter(line => line.startsWith('Warning')).length,
  };
}

/** UIDs of a file that dciodvfy refuses. */
function repeatedUids(file) {
  return [...verdict(file).matchAll(/Illegal root for UID - "([\d.]+)"/g)].map(match => match[1]);
}

/** What DCMTK's dsrdump has against a report's content tree. */
function treeFaults(file, repeated) {
  const { stdout, stderr } = spawnSync('/usr/bin/dsrdump', ['--verbose', file], { encoding: 'utf8' });
  return (
    `${stdout}\n${stderr}`
      .split('\n')
      .filter(line => /^[EWF]: /.test(line))
      // It cannot look into texts of UTF-8.
      .filter(line => !line.includes('does not support this Specific Character Set'))
      // UIDs that the source has can only be repeated.
      .filter(line => repeated.length === 0 || !/UID/.test(line))
  );
}

function verdict(file) {
  return spawnSync(dciodvfy, [file], { encoding: 'utf8' }).stderr;
}

function run(program, ...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${path.basename(program)} ${args.join(' ')}\n${stderr}`);
  return stdout;
}

function row(...cells) {
  console.log(`| ${cells.join(' | ')} |`);
}
