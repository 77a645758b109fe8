export { DicomWebClient, type InstanceAddress } from './dicomweb-client';
export { findImages, findStudyImages, type SearchFailure } from './find-images';
export { reasonOf, said, vouchedFor } from './harmless';
export { imageName, jsonLog, logLevels } from './log';
export { processImage, type Outcome, type Task } from './process-image';
export { queueName, runQueue } from './queue';
export { defaultRetries, type RetryPolicy } from './retry';
export { runImages, type Process, type Tally } from './run-images';
export { runService, type ServiceOptions } from './service';
