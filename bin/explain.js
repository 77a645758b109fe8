#!/usr/bin/env node
require('../dist/node/explain.js');
