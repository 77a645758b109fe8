/** Entry of the worker bundle: the worker that explains and, started by that one, its helpers. */
import { serveBrowser } from '../../workers/browser';
import { createHelperHandlers } from './averaging/helper';
import type { HelperCalls } from './averaging/helper-calls';
import { createHandlers } from './handlers';
import type { WorkerCalls } from './protocol';

serveBrowser<WorkerCalls & HelperCalls>({ ...createHandlers(), ...createHelperHandlers() });
