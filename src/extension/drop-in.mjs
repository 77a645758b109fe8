/**
 * Drop-in for a viewer that is already installed. In app-config.js:
 *
 *   extensions: ['/ohif-extension-explain/index.js'],
 *
 * (the path under which this folder is served). Worker, wasm files and models are found beside this file.
 */
import './ohif-extension-explain.umd.js';

const extension = globalThis.ohifExtensionExplain;
delete globalThis.ohifExtensionExplain;

export default [extension, { baseUrl: new URL('./', import.meta.url).href }];
