import './guard';
import { makeProgram } from './program';
import { reportFailure } from './terminal';

process.on('uncaughtException', error => {
  reportFailure(error);
  process.exit();
});

// Whoever reads what is printed may have enough of it (`| head -1`); a full disk is a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  reportFailure(new Error(`What was to be printed could not be written: ${error.message}`));
  process.exit();
});

makeProgram().parseAsync().catch(reportFailure);
