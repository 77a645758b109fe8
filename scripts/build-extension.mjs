// Bundles the viewer extension and its worker into dist/extension, as webpack.config.js says.
import { promisify } from 'node:util';
import webpack from 'webpack';
import configuration from '../webpack.config.js';
import { firstLoads, inWords, limit } from './bundle-size.mjs';

const compiler = webpack(configuration);
const stats = await promisify(compiler.run.bind(compiler))();
await promisify(compiler.close.bind(compiler))();
const text = stats.toString({ preset: 'errors-warnings', colors: process.stdout.isTTY });
if (text) console[stats.hasErrors() ? 'error' : 'log'](text);
if (stats.hasErrors()) process.exitCode = 1;
else {
  const loads = firstLoads();
  console.log(inWords(loads).join('\n'));
  const above = loads.filter(({ total }) => total > limit).map(({ name }) => name);
  if (above.length > 0) {
    console.error(
      `More than the limit (scripts/bundle-size.mjs) on ${above.join(', ')}: import what is not needed at first where it is ` +
        'used, by import().',
    );
    process.exitCode = 1;
  }
}
