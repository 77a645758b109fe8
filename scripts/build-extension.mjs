// Bundles the viewer extension and its worker into dist/extension, as webpack.config.js says.
import { promisify } from 'node:util';
import webpack from 'webpack';
import configuration from '../webpack.config.js';

const compiler = webpack(configuration);
const stats = await promisify(compiler.run.bind(compiler))();
await promisify(compiler.close.bind(compiler))();
const text = stats.toString({ preset: 'errors-warnings', colors: process.stdout.isTTY });
if (text) console.log(text);
if (stats.hasErrors()) process.exitCode = 1;
