#!/usr/bin/env node
const { existsSync } = require('node:fs');
const path = require('node:path');

const program = path.join(__dirname, '..', 'dist', 'node', 'explain.js');
if (existsSync(program)) {
  require(program);
} else {
  console.error(
    'The command is not built yet: run "npm ci" once, then "npm run build" (or "npm start" for the viewer).',
  );
  process.exitCode = 1;
}
