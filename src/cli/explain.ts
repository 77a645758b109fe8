import './guard';
import { makeProgram } from './program';
import { reportFailure } from './terminal';

process.on('uncaughtException', error => {
  reportFailure(error);
  process.exit();
});

makeProgram().parseAsync().catch(reportFailure);
