import { guardConsole, guardTerminal } from './terminal';

// A module of its own, imported before any library is: some keep the console's functions as they find them.
guardTerminal();
guardConsole();
