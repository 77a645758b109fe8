// The rooms of src: what each is for, and what it may import. The lint rules that hold the rooms apart are made from this
// table. `node scripts/rooms.mjs --write` writes them into .oxlintrc.json; without it they are compared.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const lintFile = path.join(root, '.oxlintrc.json');

/** Packages that tie a room to one place: `anywhere` runs unchanged in browser and Node. */
const environments = {
  anywhere: {
    regex: '^(node:|@ohif/|@cornerstonejs/|react$|react/|react-dom)',
    message: 'This room runs unchanged in browser and Node: nothing of Node, OHIF, Cornerstone or React.',
  },
  browser: {
    regex: '^(node:|react$|react/|react-dom)',
    message: 'This room is of OHIF alone: nothing of Node or React.',
  },
  react: {
    regex: '^(node:|@tensorflow/|@cornerstonejs/)',
    message:
      'Panels render the state of the ExplainService; they call neither TensorFlow.js nor Cornerstone.',
  },
  node: { regex: '^(@ohif/|@cornerstonejs/|react$|react/|react-dom)', message: 'This room runs in Node.' },
};

/** `imports`: rooms that it may import; its own files it always may. Nobody imports a room above it. */
export const rooms = {
  io: { imports: [], runs: 'node' },
  workers: { imports: [] },
  queue: { imports: ['io'], runs: 'node' },
  backends: { imports: ['io', 'workers'] },
  models: { imports: ['backends', 'workers'], runs: 'anywhere' },
  metrics: { imports: ['models'], runs: 'anywhere' },
  drawing: { imports: ['models'], runs: 'anywhere' },
  dicom: { imports: ['models', 'drawing'], runs: 'anywhere' },
  image: { imports: ['io', 'dicom', 'models', 'drawing'] },
  datasets: { imports: ['io', 'workers', 'models', 'dicom', 'image'], runs: 'node' },
  phantom: { imports: ['models', 'dicom', 'image'], runs: 'anywhere' },
  explain: { imports: ['models', 'metrics', 'backends'], runs: 'anywhere' },
  study: { imports: ['metrics', 'models'], runs: 'anywhere' },
  evaluation: {
    imports: [
      'drawing',
      'explain',
      'metrics',
      'models',
      'image',
      'datasets',
      'phantom',
      'backends',
      'workers',
      'queue',
      'io',
    ],
    runs: 'node',
  },
  report: { imports: ['evaluation', 'metrics', 'study', 'io'], runs: 'node' },
  training: {
    imports: ['models', 'image', 'datasets', 'metrics', 'dicom', 'phantom', 'backends', 'workers', 'io'],
    runs: 'node',
  },
  extension: { imports: ['explain', 'dicom', 'models', 'study', 'workers', 'backends'], runs: 'browser' },
  panels: { imports: ['extension', 'study'], runs: 'react' },
  pacs: { imports: ['explain', 'dicom', 'image', 'models', 'queue', 'io'], runs: 'node' },
  viewer: { imports: ['dicom', 'study', 'io'], runs: 'node' },
  cli: {
    imports: [
      'backends',
      'datasets',
      'dicom',
      'drawing',
      'evaluation',
      'explain',
      'image',
      'io',
      'metrics',
      'models',
      'pacs',
      'phantom',
      'queue',
      'report',
      'study',
      'training',
      'viewer',
      'workers',
    ],
    runs: 'node',
  },
};

/** One lint override a room: every other room is forbidden, so that a new one is until the table says otherwise. */
function overrides() {
  return Object.entries(rooms).map(([room, { imports, runs }]) => {
    const forbidden = Object.keys(rooms).filter(other => other !== room && !imports.includes(other));
    const allowed = imports.length > 0 ? `only ${imports.join(', ')}` : 'no other room';
    return {
      files: [`src/${room}/**`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                regex: `^(\\.\\./)+(${forbidden.join('|')})(/|$)`,
                message: `src/${room} may import ${allowed} (scripts/rooms.mjs).`,
              },
              { regex: 'node_modules', message: 'A package is imported by its name.' },
              ...(runs ? [environments[runs]] : []),
            ],
          },
        ],
      },
    };
  });
}

/** Rooms in an order in which each comes after all that it imports. @throws Error that names a circle */
export function inOrder(table = rooms) {
  const done = new Set();
  const visit = (room, above) => {
    if (above.includes(room))
      throw new Error(`Rooms import each other in a circle: ${[...above, room].join(' → ')}.`);
    if (done.has(room)) return;
    for (const next of table[room].imports) visit(next, [...above, room]);
    done.add(room);
  };
  for (const room of Object.keys(table)) visit(room, []);
  return [...done];
}

function main() {
  inOrder();
  // Declarations alone.
  const folders = readdirSync(path.join(root, 'src')).filter(name => name !== 'types');
  const unknown = folders.filter(name => !(name in rooms));
  if (unknown.length > 0)
    throw new Error(`scripts/rooms.mjs does not say what src/${unknown.join(', src/')} may import.`);
  const settings = JSON.parse(readFileSync(lintFile, 'utf8'));
  const others = settings.overrides.filter(
    ({ files }) => !files.every(file => /^src\/[^/]+\/\*\*$/.test(file)),
  );
  const wanted = [...overrides(), ...others];
  if (process.argv.includes('--write')) {
    writeFileSync(lintFile, `${JSON.stringify({ ...settings, overrides: wanted }, null, 2)}\n`);
  } else if (JSON.stringify(settings.overrides) !== JSON.stringify(wanted)) {
    throw new Error(
      '.oxlintrc.json is not what scripts/rooms.mjs says; run "node scripts/rooms.mjs --write".',
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
