/**
 * Builds what the viewer needs into dist/extension: the extension (UMD), the drop-in wrapper, the compute worker, the
 * tfjs wasm files and the model packages.
 */
const fs = require('node:fs');
const path = require('node:path');
const { unusedParts } = require('./scripts/unused-kernels.cjs');
const MinimizerPlugin = require('minimizer-webpack-plugin');

const output = path.resolve(__dirname, 'dist/extension');
const wasmFiles = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'];
const tfjsWasm = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));

/** Modules of a package that are replaced by empty ones. */
function leftOut(name, folder, modules) {
  const root = path.join(path.dirname(require.resolve(`${name}/package.json`)), folder);
  return Object.fromEntries(modules.map(module => [path.join(root, `${module}.js`), false]));
}

/**
 * What DICOM objects are drawn and written with. The page knows the objects by name; the worker makes them, from a chunk of its
 * own that is fetched when it is needed.
 */
const writers = [
  'capture',
  'findings',
  'grey-window',
  'largest',
  'marked-bands',
  'measurement-report',
  'picture',
  'plane',
  'presentation-state',
  'regions',
  'structured-report',
  'report-items',
  'segments',
  'way-frames',
].map(module => path.resolve(__dirname, `src/dicom/results/${module}.ts`));

/** Paths of the modules of all bundles. */
const bundled = new Set();

const common = {
  mode: 'production',
  devtool: false,
  resolve: { extensions: ['.ts', '.tsx', '.mjs', '.js'] },
  module: {
    // A name that the worker's own tfjs.ts does not export must not wait for the viewer to be noticed.
    parser: { javascript: { exportsPresence: 'error' } },
    rules: [
      { test: /\.tsx?$/, loader: 'esbuild-loader', options: { target: 'es2022', jsx: 'automatic' } },
      { test: /\.m?js$/, resolve: { fullySpecified: false } },
      {
        test: /register_all_(kernels|gradients)\.js$/,
        loader: path.resolve(__dirname, 'scripts/unused-kernels.cjs'),
      },
    ],
  },
  performance: { hints: false },
  optimization: {
    minimizer: [
      // Twice through: what the first pass leaves out of TensorFlow.js makes more of it unused. Licences are in LICENSE.txt.
      new MinimizerPlugin({
        extractComments: false,
        minimizerOptions: { compress: { passes: 2 }, format: { comments: false } },
      }),
    ],
  },
};

const extension = {
  ...common,
  name: 'extension',
  target: 'web',
  entry: './src/panels/index.ts',
  resolve: { ...common.resolve, alias: Object.fromEntries(writers.map(module => [module, false])) },
  output: {
    path: output,
    filename: 'ohif-extension-explain.umd.js',
    library: { name: 'ohifExtensionExplain', type: 'umd', export: 'default' },
    globalObject: "typeof self !== 'undefined' ? self : this",
    // Nothing is loaded by webpack's runtime; without this it would look for a current script that import() has not.
    publicPath: '',
  },
  plugins: [{ apply: copyFiles }, { apply: writeLicences }],
};

/** A module beside the extension, which the page imports where it is needed. */
const moduleBeside = (name, entry) => ({
  ...common,
  name,
  target: 'web',
  entry,
  experiments: { outputModule: true },
  output: { path: output, filename: `explain-${name}.js`, library: { type: 'module' }, publicPath: '' },
  plugins: [{ apply: writeLicences }],
});

/** Study mode, loaded where a study is configured alone. */
const study = moduleBeside('study', './src/panels/study/index.tsx');
/** The texts in other languages than English, loaded where the viewer speaks one of them. */
const texts = moduleBeside('texts', './src/extension/i18n/translations.ts');

/** What draws objects of other software, loaded when the first one is shown. */
const others = moduleBeside('others', './src/extension/others/index.ts');

/** What shows a mask while the percentile moves, loaded with the first mask. */
const preview = moduleBeside('preview', './src/extension/preview/index.ts');

/** What asks readers for answers, loaded where the configuration asks for it. */
const answers = moduleBeside('answers', './src/extension/answers/index.ts');

const worker = {
  ...common,
  name: 'worker',
  target: 'webworker',
  entry: './src/extension/worker/explain-worker.ts',
  resolve: {
    ...common.resolve,
    alias: {
      // The union package also carries data and all layers, which nothing here uses.
      '@tensorflow/tfjs$': path.resolve(__dirname, 'src/extension/worker/tfjs.ts'),
      // Threads are switched off (src/backends/browser-wasm.ts).
      [path.join(tfjsWasm, 'wasm-out/tfjs-backend-wasm-threaded-simd.js')]: false,
      // Models come as bytes that were checked (src/models/package.ts), never from a browser's stores or an address.
      ...leftOut('@tensorflow/tfjs-core', 'dist/io', [
        'indexed_db',
        'local_storage',
        'browser_files',
        'http',
      ]),
      // Networks are run here, never trained.
      ...leftOut('@tensorflow/tfjs-layers', 'dist', ['losses', 'metrics', 'engine/training_dataset']),
      // Of texts.
      ...leftOut('@tensorflow/tfjs-core', 'dist', ['hash_util']),
      // What the kernels of scripts/unused-kernels.cjs are made of, shared by the backends.
      ...leftOut(
        '@tensorflow/tfjs-backend-cpu',
        'dist/kernels',
        unusedParts.map(kernel => `${kernel}_impl`),
      ),
      // JSON schemas are written by nobody here.
      ...leftOut('zod', 'v4/core', ['json-schema-processors', 'to-json-schema']),
    },
    // tfjs-backend-wasm names Node modules behind a check that is false in a browser.
    fallback: {
      fs: false,
      path: false,
      os: false,
      crypto: false,
      perf_hooks: false,
      worker_threads: false,
      util: false,
    },
  },
  output: {
    path: output,
    filename: 'explain-worker.js',
    // With their hash: a cache that holds chunks of an earlier version must not serve them to this one.
    chunkFilename: 'explain-worker.[name].[contenthash:8].js',
    // Set when the worker starts (src/extension/worker/chunks.ts).
    publicPath: '',
  },
  plugins: [{ apply: noteChunks }, { apply: writeLicences }],
};

module.exports = [extension, study, texts, others, preview, answers, worker];

/** Puts the files that are not built beside the bundles. */
function copyFiles(compiler) {
  compiler.hooks.afterEmit.tap('CopyFiles', () => {
    for (const name of wasmFiles) {
      fs.copyFileSync(path.join(tfjsWasm, 'dist', name), path.join(output, name));
    }
    // Under both endings: not every web server knows that .mjs is JavaScript, and browsers insist on the type.
    for (const name of ['ohif-extension-explain.mjs', 'index.js']) {
      fs.copyFileSync(path.resolve(__dirname, 'src/extension/drop-in.mjs'), path.join(output, name));
    }
    fs.cpSync(path.resolve(__dirname, 'src/panels/help'), path.join(output, 'help'), { recursive: true });
    copyModels(path.resolve(__dirname, 'models'), path.join(output, 'models'));
  });
}

/** Notes which files each chunk consists of, for scripts/bundle-size.mjs, and removes those of an earlier build. */
function noteChunks(compiler) {
  const prefix = 'explain-worker.';
  compiler.hooks.afterEmit.tap('Chunks', ({ assets, namedChunkGroups }) => {
    for (const name of fs.readdirSync(output)) {
      if (name.startsWith(prefix) && name.endsWith('.js') && !assets[name])
        fs.rmSync(path.join(output, name));
    }
    const groups = [...namedChunkGroups].filter(([name]) => name !== 'main');
    const chunks = Object.fromEntries(groups.map(([name, group]) => [name, group.getFiles()]));
    fs.writeFileSync(
      path.join(output, 'explain-worker.chunks.json'),
      `${JSON.stringify({ chunks }, null, 2)}\n`,
    );
  });
}

/** Names in LICENSE.txt what all bundles contain: each adds its own modules, so that the last one to end has written all. */
function writeLicences(compiler) {
  compiler.hooks.afterEmit.tapPromise('Licences', async compilation => {
    for (const module of compilation.modules) {
      // Concatenated modules hide those that they consist of.
      for (const { resource } of module.modules ?? [module]) if (resource) bundled.add(resource);
    }
    const { writeLicences: write } = await import('./scripts/licences.mjs');
    const copied = wasmFiles.map(name => path.join(tfjsWasm, 'dist', name));
    write(path.join(output, 'LICENSE.txt'), [...bundled, ...copied], ['webpack']);
  });
}

/** Packages that serve the comparison of methods alone; a viewer has no use for them. */
const comparisonModels = ['cxr-pneumonia-plain'];

/** Copies every complete model package that a viewer may offer and lists them: patients' models first. */
function copyModels(from, to) {
  fs.rmSync(to, { recursive: true, force: true });
  fs.mkdirSync(to, { recursive: true });
  const ids = (fs.existsSync(from) ? fs.readdirSync(from) : [])
    .filter(id => !comparisonModels.includes(id))
    .filter(id => fs.existsSync(path.join(from, id, 'model-card.json')))
    .sort();
  for (const id of ids) fs.cpSync(path.join(from, id), path.join(to, id), { recursive: true });
  fs.writeFileSync(path.join(to, 'index.json'), `${JSON.stringify(ids)}\n`);
}
