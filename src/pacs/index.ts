export { DicomWebClient, type InstanceAddress } from './dicomweb-client';
export { findImages, type SearchFailure } from './find-images';
export { reasonOf, said, vouchedFor } from './harmless';
export { imageName, jsonLog } from './log';
export { processImage, type Outcome, type Task } from './process-image';
export { queueName, runQueue } from './queue';
export { defaultRetries, type RetryPolicy } from './retry';
export { runImages, type Tally } from './run-images';
