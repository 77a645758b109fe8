/** Entry of the worker bundle. */
import { serveBrowser } from '../../workers/browser';
import { createHandlers } from './handlers';

serveBrowser(createHandlers());
